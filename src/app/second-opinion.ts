import type { Kysely } from 'kysely'
import type { Fetch } from '../adapters/http-client.ts'
import type { Clock } from '../domain/message.ts'
import type { Env } from '../env.ts'
import { type ReconsiderOptions, reconsider } from '../intake/reconsider.ts'
import { createSecondOpinion, type SecondOpinion } from '../judge/second-opinion/second-opinion.ts'
import { errorFields, type Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { groupKey } from '../store/groups.ts'
import type { MessageRef } from '../store/messages.ts'
import { spendRequest } from '../store/second-opinions.ts'
import type { Tables } from '../store/tables.ts'

/** Below, the model guesses; above, every policy that says nothing else acts. */
const DOUBTFUL = { from: 0.3, to: 0.8 }

export interface SecondOpinionRooms {
  env: Env
  db: Kysely<Tables>
  fetch: Fetch
  now: Clock
  log: Logger
  metrics: Metrics
}

/** The second judge that the environment configures; null where it configures none, which is the default. */
export function openSecondOpinion({ env, db, fetch, now, log, metrics }: SecondOpinionRooms): SecondOpinion | null {
  const { SECOND_OPINION_BASE_URL: baseUrl, SECOND_OPINION_MODEL: model, SECOND_OPINION_API_KEY: apiKey } = env
  if (baseUrl === undefined || model === undefined) return null
  return createSecondOpinion({
    baseUrl,
    model,
    ...(apiKey === undefined ? {} : { apiKey }),
    timeoutMs: env.SECOND_OPINION_TIMEOUT_MS,
    spend: () => spendRequest(db, env.SECOND_OPINION_PER_DAY, now()),
    band: DOUBTFUL,
    fetch,
    now,
    onEvent: (event) => {
      metrics.secondOpinions.inc({ code: event.code })
      log[event.code === 'GIVEN' ? 'info' : 'warn']({ ...event }, 'a question for a second opinion has ended')
    },
  })
}

/** Works on one question of the queue and tells what came of it; what fails is thrown, so that the queue tries again. */
export const createReconsidering =
  (
    options: ReconsiderOptions,
    { log, metrics, announce }: Pick<SecondOpinionRooms, 'log' | 'metrics'> & { announce(ref: MessageRef): void },
  ) =>
  async (ref: MessageRef): Promise<void> => {
    const { messageId } = ref
    try {
      const changed = await reconsider(ref, options)
      if (changed === null) return
      const { from, to, takenBack, kept } = changed
      metrics.reconsidered.inc({ from, to })
      log.info({ group: groupKey(ref), messageId, from, to, takenBack, kept }, 'a verdict was corrected')
      announce(ref)
    } catch (error) {
      log.error({ group: groupKey(ref), messageId, ...errorFields(error) }, 'a verdict could not be corrected')
      throw error
    }
  }
