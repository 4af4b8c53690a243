import type { EpochMs } from '../../domain/message.ts'

/** What sort of expression names the day. */
export type DayKind = 'weekday' | 'date' | 'relative' | 'month-part' | 'holiday' | 'workday' | 'lunar'

/** True where the wanted time of day, put on that day (00:00 in China), is still ahead. */
export type Ahead = (day: EpochMs) => boolean

interface Span {
  /** Code-unit offsets `[from, to)` in the normalised text. */
  from: number
  to: number
}

/** Words that name a day. */
export interface DayAtom extends Span {
  type: 'day'
  kind: DayKind
  /** 00:00 of the day meant, seen from `at`; null where only a past day can be meant. */
  pick: (at: EpochMs, ahead: Ahead) => EpochMs | null
  /** The same words say today. */
  today?: boolean
  /** 当天, 当日: the day spoken of before, else today. */
  same?: boolean
  /** Names a past day: whatever clock hangs on it is past too. */
  past?: boolean
  /** One of many: 每天, 每周五. */
  every?: boolean
  /** A whole period (本周, 下月) that is a due time only where something is asked. */
  period?: boolean
  /** Its 前, 内 or 当天 is part of the words, so it is a due time by itself. */
  bound?: boolean
  /** Day and month as written, so that a later bare day takes the month. */
  month?: number
  date?: number
  /** First day where the words are themselves a range (24-28号). */
  start?: (at: EpochMs, ahead: Ahead) => EpochMs | null
  /** Same words in a given month, for a bare day after a full date. */
  inMonth?: (month: number) => DayAtom
  /** Reads only after a day is known: 次年, 次月. */
  after?: (start: EpochMs) => EpochMs
  /** The nearest reading lies behind and no word looks forward: it may tell of the past. */
  mayBePast?: (at: EpochMs) => boolean
}

/** A part of the day. `night` reaches past midnight; `work` and `off` are when offices open and close. */
export type PartName =
  | 'dawn'
  | 'early'
  | 'morning'
  | 'noon'
  | 'afternoon'
  | 'dusk'
  | 'night'
  | 'midnight'
  | 'work'
  | 'off'

export interface PartAtom extends Span {
  type: 'part'
  part: PartName
  /** 下班前, 上班前: a limit by itself. */
  bound?: boolean
}

export interface ClockAtom extends Span {
  type: 'clock'
  hour: number
  minute: number
  /** Written as 0–9 with a leading zero: on the 24-hour clock. */
  padded: boolean
  /** Reads as a time only next to a day or part of day (三点要求). */
  doubtful: boolean
  /** First hour where the words are themselves a range (2-4点). */
  startHour?: number
}

/** Words that name a moment by its distance from now: 两小时内. */
export interface SpanAtom extends Span {
  type: 'span'
  ms: number
}

export type Atom = DayAtom | PartAtom | ClockAtom | SpanAtom
