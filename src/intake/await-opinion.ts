import type { EpochMs } from '../domain/message.ts'
import type { Verdict } from '../domain/verdict.ts'
import { canRelieve } from '../judge/second-opinion/relief.ts'
import type { OpinionJobs } from '../outbox/jobs.ts'
import type { Effects } from './effects.ts'

/** Who may be asked about doubtful messages, after they are stored and judged. */
export interface SecondJudge {
  isDoubtful(verdict: Pick<Verdict, 'confidence'>): boolean
  jobs: OpinionJobs
}

/** Longer than a question may take, waiting for its turn included. */
const PATIENCE_MS = 30_000

/**
 * Lets what a doubtful message leads to wait for a second opinion: nothing that is to be said leaves within half a
 * minute; then it does, whether an opinion has come or not. A message that no opinion could help is not asked about.
 */
export function awaitOpinion(effects: Effects, judge: SecondJudge | undefined, now: EpochMs): Effects {
  const { verdict } = effects.stored
  if (!judge || !verdict || !judge.isDoubtful(verdict)) return effects
  if (!canRelieve(verdict.label, hasWordsWaiting(effects))) return effects
  return {
    ...effects,
    awaitsOpinion: true,
    entries: effects.entries.map((entry) =>
      entry.state === 'queued' ? { ...entry, notBefore: Math.max(entry.notBefore, now + PATIENCE_MS) } : entry,
    ),
  }
}

/** True where words of a message have not been said yet. */
export const hasWordsWaiting = (effects: Effects): boolean => effects.entries.some((entry) => entry.state === 'queued')
