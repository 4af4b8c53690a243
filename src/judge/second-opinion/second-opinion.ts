import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../domain/message.ts'
import type { JudgeInput, Verdict } from '../../domain/verdict.ts'
import { type Band, combine, isDoubtful } from './combine.ts'
import { completionsUrl } from './endpoint.ts'
import { exchange, type Fetch, type Outcome } from './exchange.ts'
import { contentOf, readOpinion } from './opinion.ts'
import { promptOf } from './prompt.ts'
import { relief } from './relief.ts'
import { createSlots } from './slots.ts'

/**
 * How a question ended: `GIVEN`, or why no opinion came of it. `BUDGET_SPENT`: today's requests are used up · `BUSY`: no
 * place became free in time · `RATE_LIMITED`: 429 · `REFUSED`: another status · `GARBLED`: the answer is not JSON ·
 * `NO_OPINION`: a refusal, or an answer other than the one asked for.
 */
export const SECOND_OPINION_CODES = [
  'GIVEN',
  'BUDGET_SPENT',
  'BUSY',
  'TIMEOUT',
  'UNREACHABLE',
  'REDIRECTED',
  'TOO_LARGE',
  'RATE_LIMITED',
  'REFUSED',
  'GARBLED',
  'NO_OPINION',
  'UNEXPECTED',
] as const
export type SecondOpinionCode = (typeof SECOND_OPINION_CODES)[number]

/** Fit for a log: neither text nor names nor the address. `ms` is how long it took, all told. */
export interface SecondOpinionEvent {
  code: SecondOpinionCode
  /** Requests that were made, 0 to 2. */
  requests: number
  ms: number
  /** The last HTTP status, where the server gave one. */
  status?: number
}

export interface SecondOpinionOptions {
  /** Of an OpenAI-compatible service, e.g. `https://api.example.com/v1`; http only on loopback. */
  baseUrl: string
  apiKey?: string
  model: string
  /** For one question, waiting and repeating included. */
  timeoutMs: number
  /** Takes one request out of the day's budget; false once it is used up. */
  spend(): Promise<boolean>
  band: Band
  fetch: Fetch
  now: Clock
  onEvent(event: SecondOpinionEvent): void
  /** Waits, and rejects where the signal ends the wait. */
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

export interface SecondOpinion {
  readonly model: string
  isDoubtful(verdict: Pick<Verdict, 'confidence'>): boolean
  /**
   * The corrected verdict, or null where the first one stands: it was not doubtful, no opinion came in time, or the
   * opinion speaks against somebody. Never rejects. `names` of the group's members are redacted wherever they stand.
   */
  ask(input: JudgeInput, verdict: Verdict, names?: readonly string[]): Promise<Verdict | null>
}

const AT_ONCE = 4
/** Before a repetition where the server names no time. */
const DEFAULT_WAIT_MS = 1_000
/** Enough for the object that is asked for. */
const MAX_TOKENS = 400

const waitFor = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal, ref: false })
const isWorthRepeating = (outcome: Outcome) => outcome.answered && (outcome.status === 429 || outcome.status >= 500)
const waited = (wait: Promise<unknown>) =>
  wait.then(
    () => true,
    () => false,
  )

/**
 * Asks a language model about doubtful messages. Its answer is one more opinion, mixed into the verdict by `combine`,
 * and nothing in it is ever carried out. At most four questions at once, one repetition on 429 and 5xx. Throws
 * CodedError SECOND_OPINION_URL_INVALID at once for an address that is not safe.
 */
export function createSecondOpinion(options: SecondOpinionOptions): SecondOpinion {
  const { apiKey, model, timeoutMs, band, spend, fetch, now, wait = waitFor } = options
  const url = completionsUrl(options.baseUrl)
  const takeSlot = createSlots(AT_ONCE)

  async function question(input: JudgeInput, verdict: Verdict, names: readonly string[], event: SecondOpinionEvent) {
    const end = now() + timeoutMs
    const signal = AbortSignal.timeout(timeoutMs)
    const messages = promptOf(input, names)
    const body = { model, messages, temperature: 0, max_tokens: MAX_TOKENS, stream: false }
    const request = async (): Promise<Outcome> => {
      event.requests++
      const outcome = await exchange({ fetch, url, apiKey, body, signal, now: now() })
      if (outcome.answered) event.status = outcome.status
      return outcome
    }
    const settle = (code: SecondOpinionCode, corrected: Verdict | null = null) => {
      event.code = code
      return corrected
    }

    const release = await takeSlot(signal)
    if (release === null) return settle('BUSY')
    try {
      if (!(await spend())) return settle('BUDGET_SPENT')
      let outcome = await request()
      if (outcome.answered && isWorthRepeating(outcome)) {
        const ms = outcome.retryAfterMs ?? DEFAULT_WAIT_MS
        const isInTime = now() + ms < end && (await waited(wait(ms, signal)))
        if (isInTime && (await spend())) outcome = await request()
      }
      if (!outcome.answered) return settle(outcome.code)
      if (outcome.status !== 200) return settle(outcome.status === 429 ? 'RATE_LIMITED' : 'REFUSED')
      const content = contentOf(outcome.json)
      const opinion = content === null ? null : readOpinion(content)
      return opinion === null ? settle('NO_OPINION') : settle('GIVEN', relief(verdict, combine(verdict, opinion)))
    } finally {
      release()
    }
  }

  return {
    model,
    isDoubtful: (verdict) => isDoubtful(verdict, band),
    async ask(input, verdict, names = []) {
      if (!isDoubtful(verdict, band)) return null
      const began = now()
      const event: SecondOpinionEvent = { code: 'UNEXPECTED', requests: 0, ms: 0 }
      try {
        return await question(input, verdict, names, event)
      } catch {
        // The first verdict stands whatever happens here; the event says UNEXPECTED.
        return null
      } finally {
        options.onEvent({ ...event, ms: now() - began })
      }
    },
  }
}
