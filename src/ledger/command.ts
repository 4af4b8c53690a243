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

/** Verbs of everyday work too: 「完成 3,下午继续」 counts, 「取消五一」 is a holiday, 「重新打开3号,放水」 is a sluice. */
const EVERYDAY: ReadonlySet<string> = new Set(['完成', '办结', '关闭', '取消', '重新打开'])

const NUMERAL = '(?<number>\\d{1,5}|[零〇一二两三四五六七八九十百千]{1,9})'
const SUFFIX = '(?:\\s*(?<suffix>号(?:任务|问题)?))?'
const VERB = `(?<verb>${Object.keys(VERBS).join('|')})`
const VERB_FIRST = new RegExp(
  `^${VERB}\\s*(?<mark>(?:第|#|任务|问题|编号|no\\.?)*)\\s*${NUMERAL}${SUFFIX}(?<rest>[^]*)$`,
  'iu',
)
/** 「5号取消」 speaks of a day and 「第三完成」 enumerates: the number in front must be that of an item. */
const NUMBER_FIRST = new RegExp(
  `^(?<mark>第(?=\\s*[^\\s]{1,9}?\\s*号)|(?:#|任务|问题)(?:第|#)?)\\s*${NUMERAL}${SUFFIX}\\s*${VERB}(?<rest>[^]*)$`,
  'iu',
)

const NOTHING = /^[\s,:;。!.~]*$/u
/**
 * A reason is set off from the number, by a space or by a mark that is no part of a longer number: `3.15`, `3:30` and
 * `3,4号` name no item. 「取消3楼的会」 is no command either.
 */
const REASON =
  /^(?:\s+(?![\s\d,:;。!.])|[\s,:;。!.]+(?![\s\d,:;。!.零〇一二两三四五六七八九十百千]))(?:(?:原因|理由):?\s*)?(?<reason>.+)$/su
/** A measure word behind a space: 「退回 3 份材料」 counts. */
const MEASURED =
  /^\s+(?:[户楼天台辆家处层栋次米村班名年周场条批期套座间亩吨万元块张册类轮篇页支位只棵株口盏根项宗起例幢斤镇乡]|个(?!别)|份(?!额)|人(?!员)|月(?!报)|日(?!期)|组(?!织|长)|点(?!位)|时(?!间|限)|本(?![月周次期人年])|件(?!数)|部(?=手机|电梯|车)|公[里斤顷]|平方|小时|分钟|k?m|%)/iu

/** The rest is spoken of, or a second count follows: the number counted. */
const OTHERS = /剩|其余|其它|其他|余下|另[外有]|余[的者]/u
const COUNTS = /\p{Script=Han}\s*\d{1,5}\s*(?:[,;。]|$)/u
const NOT_ALL = /[\d零〇一二两三四五六七八九十百千]|还|尚|未|没|待|继续|正在|差/u
/** 「取消3,改到6号」 moves a date. */
const MOVED = /[改推延换挪调提][迟后期前至到在为成]*\s*\d/u

/** True where the words behind an item's number say why, rather than go on about something else. */
function isReason(verb: string, groups: Record<string, string | undefined>, reason: string): boolean {
  const { rest = '', suffix } = groups
  const marked = groups.mark !== undefined && groups.mark !== ''
  if (MEASURED.test(rest) || OTHERS.test(reason) || (!marked && COUNTS.test(reason))) return false
  const name = VERBS[verb]
  if (name === 'cancel') return (marked || suffix === undefined) && !MOVED.test(reason)
  if (name === 'confirm' && NOT_ALL.test(reason)) return false
  return !EVERYDAY.has(verb) || (marked && /^\s*[,:;。!.]/u.test(rest))
}

function readItemCommand(plain: string): ItemCommand | null {
  const groups = (VERB_FIRST.exec(plain) ?? NUMBER_FIRST.exec(plain))?.groups
  const { verb = '', number: numeral = '', mark = '', suffix, rest = '' } = groups ?? {}
  const name = VERBS[verb]
  const number = readNumber(numeral)
  if (!groups || name === undefined || number === null) return null
  const bareWords = !/^\d/.test(numeral) && mark === '' && suffix === undefined
  if (bareWords && EVERYDAY.has(verb) && name !== 'reopen') return null

  const reason = NOTHING.test(rest) ? '' : REASON.exec(rest)?.groups?.reason?.trim()
  if (reason === undefined || (reason !== '' && !isReason(verb, groups, reason))) return null
  return name === 'confirm' ? { name, number } : { name, number, reason }
}

/**
 * Reads a text that is addressed to the bot, its mention already taken off. Full-width digits, spaces, `#3`, `3号` and
 * Chinese numerals are understood. Where a platform brings only what mentions the bot, all work comes this way: what
 * may be ordinary words is `unknown`, and goes its normal way as a message.
 */
export function parseCommand(text: string): Command {
  const plain = text.normalize('NFKC').trim()
  if (plain.length > 200) return { name: 'unknown' }
  const bare = plain.replace(/[。!!~.]+$/u, '').replace(/\s+/gu, '')
  for (const [pattern, command] of WORDS) if (pattern.test(bare)) return command
  return readItemCommand(plain) ?? { name: 'unknown' }
}

/** What the bot answers to 帮助. */
export const HELP = [
  '**我能做的事**(在群里 @我,或私下发给我)',
  '- 任务清单 · 我的任务 · 本群问题:查看未办结的事项及编号',
  '- 销号 3:第 3 号办结(承办人发送视为报完成,交办人发送即销号)',
  '- 退回 3 原因 · 取消 3 · 重开 3:由交办人或负责人发送',
  '- 周报 · 日报:本期小结;本群规则:我按什么提醒',
  '- 我的记录 · 申诉 理由:请私下发,只有您看得到',
  '任务、进展和问题照常在群里说即可,不用填表,也不用回复“收到”。',
].join('\n')

/** What is added for those who decide on the rules of a group. */
export const ADMIN_HELP = [
  '**负责人还可以**',
  '- 试运行 · 启用 · 停用:看看会提醒些什么,正式启用,改回观察',
  '- 静默到18:00 原因 · 应急静默到明天9点 · 取消静默',
  '- 豁免 @张三 · 取消豁免 @张三 · 撤销:撤回上一次规则改动',
  '- 申诉列表 · 同意申诉 3 · 驳回申诉 3 理由:请私下发',
  '- 开启静默确认 3 · 谁看过 3:不用回复“收到”,也知道谁看过',
].join('\n')
