import { chinaShort, DAY_MS, HOUR_MS } from '../domain/calendar.ts'
import { type Flag, LABEL_NAMES } from '../domain/label.ts'
import type { EpochMs } from '../domain/message.ts'
import type { COUNTED, Rule } from '../domain/policy.ts'
import type { Verdict } from '../domain/verdict.ts'
import { reliesOnVerdict } from './conditions.ts'
import { wordSaid } from './words.ts'

/** The Chinese name of each flag, as users read it. */
export const FLAG_NAMES: Readonly<Record<Flag, string>> = {
  asks_ack: '要求回复收到',
  asks_trace: '要求拍照、截图、打卡等留痕',
  deadline: '有时限',
  meeting: '涉及会议',
  document: '涉及文件',
  form: '要求填表',
}

/** A length of time in the largest unit that states it exactly: `10分钟`, `7天`. */
function spanName(ms: number): string {
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}天`
  if (ms % HOUR_MS === 0) return `${ms / HOUR_MS}小时`
  return `${Math.round(ms / 60_000)}分钟`
}

/** A rule as people call it: its title, else its id. */
export const ruleName = (rule: Rule): string => rule.title ?? rule.id

const MISSING_NAMES = { assignee: '由谁办', due: '什么时候办完' } as const

/** What the rule looks at besides label and flags, in a few words. */
function sightsOf({ when }: Rule, text: string): string[] {
  const word = when.text && wordSaid(text, when.text)
  return [
    ...(word ? [`有「${word}」`] : []),
    ...(when.pattern ? ['有约定里列出的字样'] : []),
    ...(when.mentionsAll ? ['@了所有人'] : []),
    ...(when.ranking ? ['像是在排名或点名'] : []),
    ...(when.picturesOnly ? ['只有图片'] : []),
    ...(when.missing ? [`可能没有写明${when.missing.map((slot) => MISSING_NAMES[slot]).join('或')}`] : []),
    ...(when.outOfHours ? ['发在工作时间以外'] : []),
    ...(when.restDay ? ['发在休息日'] : []),
  ]
}

const COUNTED_NAMES: Readonly<Record<(typeof COUNTED)[number], string>> = {
  group: '群里',
  sender: '同一人',
  text: '同一句话',
  reply: '对同一条消息',
}

/** What besides the verdict made the rule meet. */
interface Background {
  text: string
  /** How often the rule met this sender, where that is why it escalates. */
  repeat?: { times: number; within: number } | null
  /** When much the same was demanded last. */
  earlier?: EpochMs | undefined
}

/**
 * One sentence on what was seen and which rule speaks of it, fit for the person concerned: no names, no reproach.
 */
export function reasonOf(
  rule: Rule,
  verdict: Pick<Verdict, 'label' | 'confidence'>,
  { text, repeat, earlier }: Background,
): string {
  const { when } = rule
  // Rounding down keeps 99.6 % from being shown as certainty.
  const seen = `像是「${LABEL_NAMES[verdict.label]}」(把握${Math.floor(verdict.confidence * 100)}%)`
  const parts = [
    ...(reliesOnVerdict(rule) ? [seen] : []),
    ...(when.flags ?? []).map((flag) => FLAG_NAMES[flag]),
    ...sightsOf(rule, text),
    ...(when.repeated && earlier !== undefined
      ? [`${spanName(when.repeated)}内要过差不多的内容(上一次在${chinaShort(earlier)})`]
      : []),
    ...(when.count && when.within
      ? [`${COUNTED_NAMES[when.of ?? 'group']}${spanName(when.within)}内已有${when.count}条这样的消息`]
      : []),
    ...(repeat ? [`${spanName(repeat.within)}内第${repeat.times}次`] : []),
  ]
  return `这条消息${parts.join(',')},对应规则「${ruleName(rule)}」。`
}
