import { DAY_MS, startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { FindDue } from '../../domain/verdict.ts'
import { type Candidate, choose, inAdvance, isAttended } from './choose.ts'
import { around } from './clause.ts'
import { bearing } from './disqualify.ts'
import { findMentions } from './mention.ts'
import { normalise } from './normalise.ts'
import { leaves, NOTHING_SPOKEN, resolve } from './resolve.ts'
import { isWorking, workingFrom } from './workdays.ts'

/** Without one of these no text names a time that `CONVENTIONS.md` knows. */
const ANY_TIME = /[点时:：日号天周期拜月年节季旬早晚午夜晨廿内后前/.／．·]|下班|EOD|eod|COB/
const POSTPONED =
  /(?:遇|逢|如遇|碰上?)(?:到|上)?[^,。;]{0,4}(?:节假日|休息日|周末|假日|双休日?|公休)[^,。;]{0,6}(顺延|往后|延后|提前|往前)/

/** Moves a moment on a day off to the next or previous working day, the time of day kept. */
function moved(text: string, due: EpochMs): EpochMs {
  const rule = POSTPONED.exec(text)?.[1]
  const day = startOfDay(due)
  if (rule === undefined || isWorking(day)) return due
  return workingFrom(day, /[顺后]/.test(rule) ? 1 : -1) + (due - day)
}

/** Lists the times that could bind the readers, in the order of the text. */
function candidatesOf(text: string, at: EpochMs): Candidate[] {
  const mentions = findMentions(text)
  const near = around(text, mentions)
  const candidates: Candidate[] = []
  let spoken = NOTHING_SPOKEN
  let sentence = 0
  let begins: EpochMs | null = null
  mentions.forEach((said, i) => {
    const here = near[i]
    if (here === undefined) return
    // After 3月1日至5日, 每天下午4点前 ends with the range.
    const inRange =
      said.day?.every === true &&
      said.day.kind === 'relative' &&
      (mentions[i - 1]?.end?.day ?? mentions[i - 1]?.day?.start) != null
    const last = mentions[i - 1]
    // 每月5号、20号前: what is listed with a recurring day recurs.
    const listed = last?.day?.every === true && /^[、和及]$/.test(text.slice(last.to, said.from))
    const day = inRange && said.clock !== null ? null : said.day && listed ? { ...said.day, every: true } : said.day
    const mention = { ...said, day }
    if (here.sentence - sentence > 1) spoken = NOTHING_SPOKEN
    sentence = here.sentence
    const from: EpochMs = mention.day?.every === true && begins !== null && begins > at ? begins - 1 : at
    const found = resolve(mention, from, spoken)
    spoken = leaves(found, spoken, at)
    if (/^(?:\)?起|开始)/.test(here.right) && found.day !== null && mention.end === null) begins = found.day
    const ranged = mention.end !== null || mention.day?.start !== undefined || mention.clock?.startHour !== undefined
    if (found.moment === null) return
    const kind = bearing(found, here, at)
    if (kind === null) return
    const moment = ranged && (kind === 'fact' || isAttended(here)) ? found.start : found.moment
    if (moment !== null && moment > at) candidates.push({ found, near: here, bearing: kind, moment })
  })
  return candidates
}

/**
 * Finds the moment by which a text wants something done of its readers, by the conventions of `CONVENTIONS.md`.
 * `at` is the posting time; the result is always later. Null where no time binds the readers.
 * `match` is the stretch of the text that names the time. Pure; never throws.
 */
export const findDue: FindDue = (original, at) => {
  const { text, origin } = normalise(original)
  if (!ANY_TIME.test(text)) return null
  const candidates = candidatesOf(text, at)
  const chosen = choose(text, candidates)
  if (chosen === null) return null
  const { mention } = chosen.found
  const advance = inAdvance(text, chosen, at)
  const due = advance === null ? moved(text, chosen.moment) : advance.due
  const from = advance?.from ?? mention.from
  const to = advance?.to ?? mention.end?.to ?? mention.to
  if (due <= at || due - at > 3 * 366 * DAY_MS) return null
  return { due, match: original.slice(origin(from), origin(to - 1) + 1) }
}
