import type { Atom, ClockAtom, DayAtom, PartAtom, SpanAtom } from './atom.ts'
import { findClocks } from './clock.ts'
import { findCounts } from './count.ts'
import { findDates } from './dates.ts'
import { findParts } from './day-part.ts'
import { findHolidays } from './holiday.ts'
import { findLunar } from './lunar.ts'
import { MOST } from './matches.ts'
import { findMonthParts } from './month-part.ts'
import { findRelativeDays } from './relative-day.ts'
import { findWeekdays } from './weekday.ts'

/** Words next to each other that together name one time: `周五` + `下午` + `3点` + `前`. */
export interface Mention {
  from: number
  to: number
  day: DayAtom | null
  parts: PartAtom[]
  clock: ClockAtom | null
  span: SpanAtom | null
  /** 前, 内, 为止 … follows, or 最迟, 截止 … precedes: a limit in so many words. */
  limit: boolean
  /** The later end, where this is the start of a range. */
  end: Mention | null
}

/** The longer of two readings that begin together, the earlier of two that overlap. */
function withoutOverlaps(atoms: Atom[]): Atom[] {
  atoms.sort((a, b) => a.from - b.from || b.to - a.to)
  const kept: Atom[] = []
  let end = -1
  for (const atom of atoms) {
    if (atom.from < end) continue
    kept.push(atom)
    end = atom.to
    if (kept.length === MOST) break
  }
  return kept
}

function findAtoms(text: string): Atom[] {
  const atoms: Atom[] = [...findClocks(text), ...findParts(text), ...findRelativeDays(text)]
  if (/周|星期|礼拜/.test(text)) atoms.push(...findWeekdays(text))
  if (/[日号月./·廿-]/.test(text)) atoms.push(...findDates(text))
  if (/内|后|工作日|时间|限|不.?超过|给/.test(text)) atoms.push(...findCounts(text))
  if (/月|旬|季|年|Q/i.test(text)) atoms.push(...findMonthParts(text))
  if (/[节假]|元旦|清明|五一|端午|中秋|国庆|十一|年[前后]|5\.1|过年|开工|复工/.test(text))
    atoms.push(...findHolidays(text))
  if (/[前当早晚午初]|历|[正冬腊八]月/.test(text)) atoms.push(...findLunar(text))
  return withoutOverlaps(atoms)
}

const GLUE = /^(?:[ ,:、的()]|之内的|内的|,的|\)的| \(|\) )?$/
const WEEKDAY_NOTE = /^[ (/]{0,2}$/
const AFTER_LIMIT =
  /^(?:钟|整|许|左右)*(?:\)| )?(?:之前|以前|前(?!后|[期往]|置)|之内|以内|内(?![部容科网])|为止|为限|止|就?截[止至稿关单]|结束前|是(?:截止|最后期限|最后一[天日]|最后时限|底线|死线))/
const BEFORE_LIMIT =
  /(?:截[至止](?:日期|时间)?[到至为是:]*(?:今年)?|最[迟晚](?:不[迟晚]于|不超过|到|在|于)?|至迟|不[晚迟]于|不得?超过|赶在|卡在|不得[晚迟]于|务必于|务必在|须于|应于|限于?|必须在|期限(?:为|是|到|:)?|deadline:?|DDL:?|ddl:?)[ ]?$/

const lengthen = (mention: Mention, atom: Atom) => {
  mention.to = Math.max(mention.to, atom.to)
}

function start(atom: Atom): Mention {
  const mention: Mention = {
    from: atom.from,
    to: atom.to,
    day: null,
    parts: [],
    clock: null,
    span: null,
    limit: false,
    end: null,
  }
  if (atom.type === 'day') mention.day = atom
  if (atom.type === 'part') mention.parts.push(atom)
  if (atom.type === 'clock') mention.clock = atom
  if (atom.type === 'span') mention.span = atom
  return mention
}

/** Adds the atom to the mention where it says more about the same time. */
function absorb(text: string, mention: Mention, atom: Atom): boolean {
  const between = text.slice(mention.to, atom.from)
  if (mention.span !== null || atom.type === 'span') return false
  if (atom.type === 'day') {
    if (mention.day === null || mention.clock !== null || !WEEKDAY_NOTE.test(between)) return false
    // 本周五(27日): the bracket repeats the day.
    if (atom.inMonth && atom.start === undefined && /^ ?\($/.test(between) && text[atom.to] === ')') {
      mention.to = atom.to + 1
      return true
    }
    const note = atom.kind === 'weekday' && !atom.period && !atom.every
    const exact =
      atom.kind === 'date' && atom.month !== undefined && between !== '、' && mention.day.month === undefined
    if (!note && !exact) return mention.day.every === true && atom.kind === 'relative' && between === ''
    if (between === '、' || (between === ',' && note && mention.day.kind === 'weekday')) return false
    if (note && mention.day.kind === 'weekday') return false
    if (exact) mention.day = atom
    lengthen(mention, atom)
    if (text[mention.to] === ')') mention.to += 1
    return true
  }
  if (!GLUE.test(between) || mention.clock !== null) return false
  if (/^[、,]/.test(between) && mention.parts.length > 0) return false
  if (mention.day?.period === true && between !== '') return false
  if (atom.type === 'part') mention.parts.push(atom)
  else {
    if (atom.doubtful && /[的,、]/.test(between)) return false
    mention.clock = atom
  }
  lengthen(mention, atom)
  return true
}

/** 前, 内 and their like belong to the time they limit. */
function takeLimit(text: string, mention: Mention): void {
  const after = AFTER_LIMIT.exec(text.slice(mention.to, mention.to + 8))
  if (after) mention.to += after[0].length
  const before = BEFORE_LIMIT.exec(text.slice(Math.max(0, mention.from - 12), mention.from))
  const last = mention.clock === null ? mention.parts.at(-1) : undefined
  mention.limit =
    after !== null ||
    before !== null ||
    last?.bound === true ||
    mention.span !== null ||
    (mention.clock === null && mention.day?.bound === true)
}

const RANGE = /^(?:\)?(?:起|开始)?,?(?:至|到|-|直到|截至|截止到?|止到|一直[到至])(?:第二天)?)$/

/** 周四、周五两天: as 今明两天, the last day named. */
const isPair = (text: string, first: Mention, second: Mention) => {
  const between = text.slice(first.to, second.from)
  if (/^开始[,、]$/.test(between)) return /结束|截[至止]|止/.test(text.slice(second.to - 2, second.to + 2))
  return /^[、和及,]?$/.test(between) && /^这?[两二三四2-4]天/.test(text.slice(second.to, second.to + 3))
}

function joinRanges(text: string, mentions: Mention[]): Mention[] {
  const joined: Mention[] = []
  for (const mention of mentions) {
    const last = joined.at(-1)
    const hours = last?.end?.clock && mention.day === null && mention.clock !== null
    if (last?.end && hours && RANGE.test(text.slice(last.end.to, mention.from))) {
      // 周一至周五9:00-17:00 ends when its last day's hours end.
      last.end = { ...last.end, clock: mention.clock, parts: mention.parts, to: mention.to }
      continue
    }
    if (
      last &&
      last.end === null &&
      last.span === null &&
      mention.span === null &&
      (RANGE.test(text.slice(last.to, mention.from)) || isPair(text, last, mention))
    ) {
      last.end = mention
      last.limit = mention.limit
    } else joined.push(mention)
  }
  return joined.reduce<Mention[]>((kept, mention) => {
    const last = kept.at(-1)
    const windows = last?.end?.clock && mention.end?.clock && mention.day === null && last.end.day === null
    // 8:30-11:30,14:00-17:00 is one range with a pause.
    if (last && windows && /^[,、和及; ]$/.test(text.slice(last.end?.to, mention.from))) last.end = mention.end
    else kept.push(mention)
    return kept
  }, [])
}

/** Finds the times that a text names, in order. */
export function findMentions(text: string): Mention[] {
  const mentions: Mention[] = []
  for (const atom of findAtoms(text)) {
    const last = mentions.at(-1)
    if (last && absorb(text, last, atom)) continue
    if (atom.type === 'clock' && atom.doubtful) continue
    mentions.push(start(atom))
  }
  for (const mention of mentions) takeLimit(text, mention)
  return joinRanges(text, mentions)
}
