import { DAY_MS } from '../../domain/calendar.ts'
import type { FindDue } from '../../domain/verdict.ts'
import { inAdvance } from './advance.ts'
import { findCandidates } from './candidates.ts'
import { choose } from './choose.ts'
import { hasEnglish } from './english.ts'
import { normalise } from './normalise.ts'
import { postponed } from './postponed.ts'

/** Without one of these no text names a time in Chinese that `CONVENTIONS.md` knows. */
const ANY_TIME = /[点时:：日号天周期拜月年节季旬早晚午夜晨廿儿内后前/.／．·]|下班/

/**
 * Finds the moment by which a text wants something done of its readers, by the conventions of `CONVENTIONS.md`.
 * `at` is the posting time; the result is always later. Null where no time binds the readers.
 * `match` is the stretch of the text that names the time. Pure; never throws.
 */
export const findDue: FindDue = (original, at) => {
  const { text, origin } = normalise(original)
  if (!ANY_TIME.test(text) && !hasEnglish(text)) return null
  const chosen = choose(text, findCandidates(text, at))
  if (chosen === null) return null
  const { mention } = chosen.found
  const advance = inAdvance(text, chosen, at)
  const due = advance === null ? postponed(text, chosen.moment) : advance.due
  const from = advance?.from ?? mention.from
  const to = advance?.to ?? mention.end?.to ?? mention.to
  if (due <= at || due - at > 3 * 366 * DAY_MS) return null
  return { due, match: original.slice(origin(from), origin(to - 1) + 1) }
}
