import { DAY_MS, HOUR_MS } from '../domain/calendar.ts'
import { type Flag, LABEL_NAMES } from '../domain/label.ts'
import type { Rule } from '../domain/policy.ts'
import type { Verdict } from '../domain/verdict.ts'

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

/**
 * One sentence on what was seen and which rule speaks of it, fit for the person concerned: no names, no reproach.
 * `times` is the number of decisions of the rule on this sender where that is why it escalates.
 */
export function reasonOf(rule: Rule, verdict: Verdict, times?: number): string {
  const { when, escalate } = rule
  // Rounding down keeps 99.6 % from being shown as certainty.
  const seen = `像是「${LABEL_NAMES[verdict.label]}」(把握${Math.floor(verdict.confidence * 100)}%)`
  const flags = when.flags?.length ? `,${when.flags.map((flag) => FLAG_NAMES[flag]).join('、')}` : ''
  const hours = when.outOfHours ? ',发在工作时间以外' : ''
  const flood = when.count && when.within ? `,群里${spanName(when.within)}内已有${when.count}条这样的消息` : ''
  const repeat = times && escalate ? `,${spanName(escalate.within)}内第${times}次` : ''
  return `这条消息${seen}${flags}${hours}${flood}${repeat},对应规则「${ruleName(rule)}」。`
}
