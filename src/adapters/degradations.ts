import type { Capabilities } from './adapter.ts'

/** Something that the bot would do, and what it does instead where that is not possible. */
export interface Degradation {
  wish: keyof Capabilities
  /** For the admin, in a few words of Chinese each. */
  name: string
  instead: string
}

/** The next rung for each wish, as `policy/recipient.ts` and the channels go down. */
const RUNGS: readonly Degradation[] = [
  {
    wish: 'hears',
    name: '听到全部',
    instead: '只听到 @ 机器人的话和单聊;其余不判断也不记,可以另接一条听全部的通道,或导入历史',
  },
  {
    wish: 'groupPost',
    name: '群里说',
    instead: '该在群里说的改为私下告诉群主,也说不了就只记录;小结不发,用 digest 命令看',
  },
  {
    wish: 'privateMessage',
    name: '私下说',
    instead: '提醒和给群主的话都只记录(no-channel),不说;决不改到群里说',
  },
  { wish: 'mention', name: '点名', instead: '写出名字,不会响铃' },
  { wish: 'card', name: '卡片', instead: '只发文字,其中写明可以回复的命令' },
  { wish: 'recallOwn', name: '撤回自己说的', instead: '不撤回,说过的留着' },
  { wish: 'recallOthers', name: '撤回别人说的', instead: '不撤回,只私下提醒、告诉群主、记入小结' },
  { wish: 'todo', name: '待办', instead: '不建待办,写在提醒和小结里' },
]

/** What cannot be done with these capabilities, and what is done instead, in the order in which people ask for it. */
export const degradations = (can: Capabilities): Degradation[] =>
  RUNGS.filter(({ wish }) => (wish === 'hears' ? can.hears !== 'all' : !can[wish]))
