import { readNumber } from './numeral.ts'

/** What somebody asks of the bot, as `parseCommand` reads it. */
export type Command =
  | { name: 'confirm'; number: number }
  | { name: 'return' | 'cancel' | 'reopen'; number: number; reason: string }
  | { name: 'list-tasks' | 'list-mine' | 'list-problems' | 'help' | 'unknown' }
  | { name: 'digest'; kind: 'daily' | 'weekly' }

/** The commands that change one item. */
export type ItemCommand = Extract<Command, { number: number }>

/** True for the commands that `applyCommand` carries out. */
export const isItemCommand = (command: Command): command is ItemCommand => 'number' in command

const WORDS: readonly (readonly [RegExp, Command])[] = [
  [/^(?:任务清单|任务列表|清单|任务台账|全部任务|所有任务|本群任务)$/, { name: 'list-tasks' }],
  [/^(?:我的任务|我的清单|我的待办)$/, { name: 'list-mine' }],
  [/^(?:本群问题|问题清单|问题列表|问题台账)$/, { name: 'list-problems' }],
  [/^(?:本?周报|每周小结|本周小结)$/, { name: 'digest', kind: 'weekly' }],
  [/^(?:日报|今日小结|每日小结)$/, { name: 'digest', kind: 'daily' }],
  [/^(?:帮助|使用帮助|使用说明|help|[??])$/i, { name: 'help' }],
]

const VERBS: Readonly<Record<string, ItemCommand['name']>> = {
  销号: 'confirm',
  完成: 'confirm',
  办结: 'confirm',
  关闭: 'confirm',
  退回: 'return',
  取消: 'cancel',
  重开: 'reopen',
  重新打开: 'reopen',
}

const NUMERAL = '(?<number>\\d{1,5}|[零〇一二两三四五六七八九十百千]{1,9})'
const VERB = `(?<verb>${Object.keys(VERBS).join('|')})`
const VERB_FIRST = new RegExp(`^${VERB}\\s*(?:第|#|任务|问题|编号|no\\.?)*\\s*${NUMERAL}(?<rest>.*)$`, 'isu')
const NUMBER_FIRST = new RegExp(
  `^(?:第|#|任务|问题)*\\s*${NUMERAL}\\s*(?:号|项)(?:任务|问题)?\\s*${VERB}(?<rest>[^]*)$`,
  'iu',
)

/** What may stand after the number: nothing, or a reason set off from it. 「取消3楼的会」 is no command. */
const REASON = /^\s*(?:(?:号|项)(?:任务|问题)?)?(?:\s*[,:;。!.]\s*|\s+|$)(?:原因|理由)?[::]?\s*(?<reason>.*)$/su
const MEASURED = /^\s+[户个楼份人月日天台辆家处层栋次米村组班名点时]/u

/**
 * Reads a text that is addressed to the bot, its mention already taken off. Full-width digits, spaces, `#3`, `3号` and
 * Chinese numerals are understood. What is no command is `unknown`: it may still be a task, and goes its normal way.
 */
export function parseCommand(text: string): Command {
  const plain = text.normalize('NFKC').trim()
  if (plain.length > 200) return { name: 'unknown' }
  const bare = plain.replace(/[。!!~.]+$/u, '').replace(/\s+/gu, '')
  for (const [pattern, command] of WORDS) if (pattern.test(bare)) return command

  const groups = (VERB_FIRST.exec(plain) ?? NUMBER_FIRST.exec(plain))?.groups
  const number = groups?.number === undefined ? null : readNumber(groups.number)
  const name = VERBS[groups?.verb ?? '']
  const rest = groups?.rest ?? ''
  const reason = REASON.exec(rest)?.groups?.reason?.trim()
  if (number === null || name === undefined || reason === undefined || MEASURED.test(rest)) return { name: 'unknown' }
  return name === 'confirm' ? { name, number } : { name, number, reason }
}

/** What the bot answers to 帮助. */
export const HELP = [
  '**我能做的事**(在群里 @我,或私下发给我)',
  '- 任务清单 · 我的任务 · 本群问题:查看未办结的事项及编号',
  '- 销号 3:第 3 号办结(承办人发送视为报完成,交办人发送即销号)',
  '- 退回 3 原因 · 取消 3 · 重开 3:由交办人或负责人发送',
  '- 周报 · 日报:本期小结',
  '任务、进展和问题照常在群里说即可,不用填表,也不用回复“收到”。',
].join('\n')
