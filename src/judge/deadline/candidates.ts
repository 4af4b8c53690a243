import { startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import { isAttended } from './attend.ts'
import { type Bearing, bearing } from './bearing.ts'
import { type Around, around } from './clause.ts'
import { findMentions, type Mention } from './mention.ts'
import { leaves, NOTHING_SPOKEN, type Resolved, resolve } from './resolve.ts'

/** A time that may be the due time. */
export interface Candidate {
  found: Resolved
  near: Around
  bearing: Bearing
  moment: EpochMs
}

/** 每天下午4点 after 3月1日至5日: the hours of each day of that range. */
const isHoursOf = (range: Mention | undefined, { day, clock }: Mention): boolean =>
  day?.every === true && day.kind === 'relative' && clock !== null && (range?.end?.day ?? range?.day?.start) != null

/** 每月5号、20号前: what is listed with a recurring day recurs. */
const isListed = (text: string, last: Mention | undefined, { from }: Mention): boolean =>
  last?.day?.every === true && /^[、和及]$/.test(text.slice(last.to, from))

/** The mention with the day that the one before it makes of its own. */
function inCompany(text: string, last: Mention | undefined, mention: Mention): Mention {
  if (isHoursOf(last, mention)) return { ...mention, day: null }
  if (mention.day !== null && isListed(text, last, mention)) return { ...mention, day: { ...mention.day, every: true } }
  return mention
}

const isRange = ({ end, day, clock }: Mention): boolean =>
  end !== null || day?.start !== undefined || clock?.startHour !== undefined

/** Lists the times that could bind the readers, in the order of the text. */
export function findCandidates(text: string, at: EpochMs): Candidate[] {
  const mentions = findMentions(text)
  const near = around(text, mentions)
  const candidates: Candidate[] = []
  let spoken = NOTHING_SPOKEN
  let sentence = 0
  let begins: EpochMs | null = null
  let before: Bearing | null = null
  mentions.forEach((said, i) => {
    const here = near[i]
    if (here === undefined) return
    const last = mentions[i - 1]
    const mention = inCompany(text, last, said)
    if (here.sentence - sentence > 1) spoken = NOTHING_SPOKEN
    const same = here.sentence === sentence
    sentence = here.sentence
    const from: EpochMs = mention.day?.every === true && begins !== null && begins > at ? begins - 1 : at
    const found = resolve(mention, from, spoken)
    spoken = leaves(found, spoken, at)
    if (/^(?:\)?起|开始)/.test(here.right) && found.day !== null && mention.end === null) begins = found.day
    const attended = candidates.at(-1)
    if (isHoursOf(last, said) && attended && attended.moment === attended.found.start && found.day !== null) {
      // 21日至23日培训,每天9点开始: the first day's hour.
      if (found.moment !== null) attended.moment = startOfDay(attended.moment) + (found.moment - found.day)
      return
    }
    const plain = bearing(found, here, at)
    // 我明天下午到,高铁三点二十: still the speaker's own.
    const kind =
      plain === 'demand' && before === 'own' && same && mention.day === null && !mention.limit ? 'own' : plain
    before = kind
    if (kind === null) return
    const moment = isRange(mention) && (kind === 'fact' || isAttended(here)) ? found.start : found.moment
    if (moment !== null && moment > at) candidates.push({ found, near: here, bearing: kind, moment })
  })
  return candidates
}
