import type { EpochMs } from '../../domain/message.ts'
import type { FindDue } from '../../domain/verdict.ts'

/** Until when the bot is told to be silent, and why. */
export interface SilenceTime {
  until: EpochMs
  reason: string
}

const TO = /^\s*(?:到|至|直到)?\s*/u
const SPAN = /^(?:\d{1,3}|半|[一二两三四五六七八九十]{1,3})\s*(?:个半?|半)?(?:小时|钟头|分钟|天|周|星期)/u
const WHY = /^[\s,:;。]*(?:(?:原因|理由|因为|因)\s*:?\s*)?/u

/**
 * Reads the words behind 静默: a time as deadlines are written, or a length of time, and then the reason. Null where
 * they begin with no time, or with one that is past.
 */
export function silenceTime(rest: string, at: EpochMs, findDue: FindDue): SilenceTime | null {
  const words = rest.normalize('NFKC').replace(TO, '')
  const span = SPAN.exec(words)?.[0]
  if (span !== undefined) {
    const due = findDue(`静默到${span}后`, at)?.due
    return due === undefined ? null : { until: due, reason: reasonIn(words.slice(span.length)) }
  }
  // A reason may name a time as well: the longest stretch in front that is one time altogether is meant.
  const ends = [...words.matchAll(/[\s,;。]+|$/gu)].map(({ index }) => index)
  for (const end of ends
    .filter((each) => each > 0)
    .slice(0, 4)
    .reverse()) {
    const head = words.slice(0, end)
    const due = findDue(`静默到${head}`, at)
    if (due && head.startsWith(due.match) && (due.match === head || end === ends.find((each) => each > 0)))
      return { until: due.due, reason: reasonIn(words.slice(due.match.length)) }
  }
  return null
}

const reasonIn = (words: string): string => words.replace(WHY, '').trim()
