import type { Clock } from '../../domain/message.ts'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { createHttpClient, type Fetch, type HttpOutcome, harmlessToRepeat } from '../http-client.ts'
import { neutraliseMentions } from '../markdown.ts'
import { signStandardWebhook } from '../standard-webhooks.ts'
import { bridgeKeys } from './bridge.ts'

/** Long enough for any digest; the other framework splits as its platform asks. */
const MAX_BYTES = 20_480

export interface BridgeChannelOptions {
  channelId: string
  /** Where words are posted to; https, or the loopback. */
  url: string
  /** As those of the way in: each request is signed with every one of them. */
  secrets: readonly string[]
  fetch: Fetch
  now: Clock
}

/**
 * Hands words over to the other framework, signed as Standard Webhooks has it: `{outboxId, groupId, audience, markdown}`.
 * `webhook-id` is the same in every attempt and the receiver drops what it knows, so that trying again does no harm.
 */
export function createBridgeChannel({ channelId, url, secrets, fetch, now }: BridgeChannelOptions): Channel {
  const keys = bridgeKeys(secrets)
  const call = createHttpClient({ fetch })
  return {
    name: `bridge:${channelId}`,
    maxBytes: MAX_BYTES,
    reaches: () => true,
    async send({ outboxId, groupId, audience, body }) {
      const json = { outboxId, groupId, audience, markdown: neutraliseMentions(body) }
      const seconds = Math.floor(now() / 1000)
      // A full stop separates what is signed, so an id may hold none.
      const id = outboxId.replaceAll('.', '_')
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': keys.map((key) => signStandardWebhook(key, id, seconds, JSON.stringify(json))).join(' '),
      }
      return resultOf(await call({ method: 'POST', url, headers, json }))
    },
  }
}

function resultOf(outcome: HttpOutcome): SendResult {
  if ('refused' in outcome) return harmlessToRepeat(outcome.refused)
  const { status, waitMs } = outcome
  if (status >= 200 && status < 300) return { status: 'sent', receipt: null }
  if (status === 429 || status >= 500)
    return {
      status: 'retry',
      code: `BRIDGE_HTTP_${status}`,
      hint: `对接方暂时不收(HTTP ${status}),稍后再试`,
      ...(waitMs === undefined ? {} : { afterMs: waitMs }),
    }
  const hint =
    status === 401 || status === 403
      ? '对接方不认签名,请核对两边的密钥和时钟'
      : `对接方拒收(HTTP ${status}),请核对地址和对接方的日志`
  return { status: 'failed', code: `BRIDGE_HTTP_${status}`, hint }
}
