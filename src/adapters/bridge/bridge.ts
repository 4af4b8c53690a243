import type { Clock } from '../../domain/message.ts'
import type { Capabilities, Incoming, Receipt, WebhookAdapter } from '../adapter.ts'
import { decodeUtf8 } from '../json-body.ts'
import { misconfigured, refusal } from '../refusal.ts'
import { standardWebhookKey, verifyStandardWebhook } from '../standard-webhooks.ts'
import { readBridgeBody } from './body.ts'

export interface BridgeOptions {
  tenantId: string
  channelId: string
  /** `whsec_` and base64, or any text of at least 16 bytes; several while they are being changed, each of them good. */
  secrets: readonly string[]
  /** Whether words go out to the other framework, too. */
  speaks?: boolean
  now: Clock
}

/** What another framework passes on is all that is heard of its groups, and how it speaks there is its business. */
const capabilities = (speaks: boolean): Capabilities => ({
  hears: 'all',
  privateMessage: speaks,
  groupPost: speaks,
  mention: speaks,
  card: false,
  recallOwn: false,
  recallOthers: false,
  todo: false,
})

/**
 * A way in for any other framework: signed JSON as Standard Webhooks has it (standardwebhooks.com, spec 1.0). A repeated
 * request does no harm, since messages are known by their ids. Throws CodedError where no secret is given or one is short.
 */
export function createBridge({ tenantId, channelId, secrets, speaks = false, now }: BridgeOptions): WebhookAdapter {
  const keys = bridgeKeys(secrets)
  return {
    adapter: 'bridge',
    channelId,
    capabilities: capabilities(speaks),
    receive(request): Incoming {
      if (request.method !== 'POST') throw refusal(400, 'METHOD_INVALID', '这里只收 POST', '请用 POST 发送消息')
      verifyStandardWebhook(keys, request, now())
      const { messages, amendments } = readBridgeBody(decodeUtf8(request.body), { tenantId, channelId })
      const ids = messages.map(({ messageId }) => messageId)
      return { kind: 'messages', messages, amendments, acknowledge: (receipts) => acknowledge(ids, receipts) }
    },
  }
}

/** The keys of the bridge's secrets; throws a CodedError where there is none, or one is too short. */
export function bridgeKeys(secrets: readonly string[]): Buffer[] {
  if (secrets.length === 0) throw misconfigured('BRIDGE_SECRET_MISSING', 'bridge 没有密钥', '请填写至少一个签名密钥')
  return secrets.map(standardWebhookKey)
}

/** For each message, in order: whether it was known before, and what the bot answers. */
function acknowledge(ids: readonly string[], receipts: readonly Receipt[]) {
  const messages = receipts.map((receipt, index) => ({ messageId: ids[index], ...receipt }))
  return { status: 200, type: 'application/json' as const, body: JSON.stringify({ messages }) }
}
