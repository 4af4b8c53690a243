import type { Action, Hold, Purpose } from '../../../domain/decision.ts'
import type { Flag } from '../../../domain/label.ts'
import { timeWords } from '../../shared/timeWords.ts'
import type { ShownItem, ShownPost } from './types.ts'

/** How the bot is called. */
export const BOT_NAME = '清群'

/** Below this confidence no rule acts and the page says 「拿不准」. */
export const DOUBT_BELOW = 0.8

export const FLAG_WORDS: Readonly<Record<Flag, string>> = {
  asks_ack: '要求回复收到',
  asks_trace: '要求留痕',
  deadline: '有时限',
  meeting: '会议',
  document: '文件',
  form: '填表',
}

export const ACTION_WORDS: Readonly<Record<Action, string>> = {
  record: '仅作记录',
  'remind-sender': '私下提醒',
  'ask-for-details': '私下请补充',
  'note-owner': '告知群主',
  'note-group': '在群里汇总说明',
  'offer-silent-confirm': '建议改用静默确认',
  recall: '撤回',
}

export const HOLD_WORDS: Readonly<Record<Hold, string>> = {
  budget: '因额度未发',
  gathered: '已并入前一条,未另发',
  exempt: '属于豁免,未发',
  emergency: '属于应急,未发',
  paused: '机器人已静默,未发',
  'own-words': '转述机器人的话,未发',
  'no-recipient': '没有可告知的人,未发',
  'no-channel': '没有可用的渠道,未发',
  corrected: '已撤回,不作数',
}

export const PURPOSE_WORDS: Readonly<Record<Purpose, string>> = {
  reminder: '提醒',
  note: '说明',
  digest: '摘要',
  answer: '答复',
}

const STATE_WORDS: Readonly<Record<ShownItem['state'], string>> = {
  open: '待办',
  'in-progress': '办理中',
  done: '已办结',
  confirmed: '已销号',
  returned: '退回重办',
  cancelled: '已取消',
  accepted: '已受理',
  resolved: '已解决',
  unresolvable: '暂无法解决',
}

const CLOSED: ReadonlySet<ShownItem['state']> = new Set(['done', 'confirmed', 'cancelled', 'resolved', 'unresolvable'])

export const isClosed = (item: Pick<ShownItem, 'state'>): boolean => CLOSED.has(item.state)

/** The state of a ledger item; an open problem waits to be accepted, an open task to be done. */
export const stateWords = ({ kind, state }: Pick<ShownItem, 'kind' | 'state'>): string =>
  kind === 'problem' && state === 'open' ? '待受理' : STATE_WORDS[state]

/** What became of something the bot has to say; `now` in epoch milliseconds. */
export function postWords(
  { state, notBefore, held }: Pick<ShownPost, 'state' | 'notBefore' | 'held'>,
  now: number,
): string {
  switch (state) {
    case 'sent':
      return '已送达'
    case 'simulated':
      return '试运行(未发出)'
    case 'held':
      return HOLD_WORDS[held ?? 'budget']
    case 'withdrawn':
      return HOLD_WORDS.corrected
    case 'dropped':
      return '已过时,不再发送'
    case 'failed':
      return '发送失败'
    case 'uncertain':
      return '是否送达不明'
    case 'sending':
      return '正在发送'
    case 'queued':
      return Date.parse(notBefore) > now ? `等到 ${timeWords(notBefore)}` : '即将发送'
  }
}

/** A probability for readers, rounded down: what is below a threshold never reads as if it reached it. */
export const percent = (probability: number): string => `${Math.floor(probability * 100 + 1e-9)}%`
