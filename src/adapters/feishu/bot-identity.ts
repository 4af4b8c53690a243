import { z } from 'zod'
import type { Clock, EpochMs } from '../../domain/message.ts'
import type { FeishuApi } from './api.ts'

/** bot-v3/uAjMxEjLwITMx4CMyETM.md: the bot stands beside `code`. */
const infoSchema = z.looseObject({ bot: z.looseObject({ open_id: z.string().min(1) }) })
const AGAIN_MS = 60_000

/**
 * The bot's own open_id. It is asked for as soon as it is needed, and until then it is undefined; after a refusal it is
 * asked for again at most once a minute.
 */
export function createBotIdentity({ api, now }: { api: FeishuApi; now: Clock }): () => string | undefined {
  let openId: string | undefined
  let askedAt: EpochMs = Number.NEGATIVE_INFINITY

  async function ask(): Promise<void> {
    const answer = await api({ method: 'GET', path: '/bot/v3/info' })
    if ('refused' in answer) return
    openId = infoSchema.safeParse(answer.data).data?.bot.open_id
  }

  return () => {
    if (openId === undefined && now() - askedAt >= AGAIN_MS) {
      askedAt = now()
      ask().catch(() => {
        askedAt = now()
      })
    }
    return openId
  }
}
