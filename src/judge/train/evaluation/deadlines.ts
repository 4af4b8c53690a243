import { z } from 'zod'
import type { FindDue } from '../../../domain/verdict.ts'

const deadlineLine = z.object({
  id: z.string(),
  at: z.iso.datetime({ offset: true }),
  text: z.string(),
  due: z.iso.datetime({ offset: true }).nullable(),
  kind: z.string().default(''),
})

const KIND_NAMES: Readonly<Record<string, string>> = {
  none: '没有时限',
  date: '日期',
  clock: '钟点',
  relative: '今明后天',
  weekday: '星期',
  'month-part': '月初月底',
  holiday: '节假日',
  workday: '工作日',
  lunar: '农历',
  range: '起止',
  multi: '几个日期',
}

/** How the deadlines of messages were read, counted as `scripts/score/due.mjs` does. */
export interface DeadlineScores {
  messages: number
  /** Share read right to the minute, or rightly not found. */
  exact: number
  /** Messages without a deadline, and in how many of them one was found. */
  without: number
  invented: number
  kinds: { name: string; right: number; of: number }[]
}

/** Scores a deadline reader on lines `{id,at,text,due,kind}`. */
export function scoreDeadlines(jsonl: string, findDue: FindDue): DeadlineScores {
  const lines = jsonl.split('\n').filter((line) => line.trim() !== '')
  const read = lines.map((line) => {
    const { at, text, due, kind } = deadlineLine.parse(JSON.parse(line))
    const gold = due === null ? null : Date.parse(due)
    const said = findDue(text, Date.parse(at))?.due ?? null
    const right = gold === null || said === null ? gold === said : Math.abs(gold - said) <= 60_000
    return { kind, gold, said, right }
  })
  const without = read.filter(({ gold }) => gold === null)
  return {
    messages: read.length,
    exact: read.length === 0 ? 0 : read.filter(({ right }) => right).length / read.length,
    without: without.length,
    invented: without.filter(({ said }) => said !== null).length,
    kinds: [...Map.groupBy(read, ({ kind }) => kind)].map(([kind, of]) => ({
      name: KIND_NAMES[kind] ?? kind,
      right: of.filter(({ right }) => right).length,
      of: of.length,
    })),
  }
}
