import { z } from 'zod'
import { type Clock, type GroupMessage, MAX_TEXT, ROLES } from '../../domain/message.ts'
import type { Incoming, Receipt, WebhookAdapter } from '../adapter.ts'
import { capabilitiesOf } from '../capabilities.ts'
import { decodeUtf8, parseJsonObject } from '../json-body.ts'
import { mentionsInText } from '../mentions.ts'
import { refusal } from '../refusal.ts'
import { standardWebhookKey, verifyStandardWebhook } from '../standard-webhooks.ts'
import { cleanText, messageText, platformId, shortened } from '../text.ts'

export interface SandboxOptions {
  tenantId: string
  channelId: string
  /** `whsec_` and base64, or any text of at least 16 bytes. */
  secret: string
  now: Clock
}

const name = z.string().max(256).transform(cleanText)
const mention = z.strictObject({
  memberId: platformId.optional(),
  name: name.optional(),
  everyone: z.boolean().optional(),
})
const bodySchema = z.strictObject({
  messageId: platformId,
  groupId: platformId,
  chat: z.enum(['group', 'single']).optional(),
  groupName: name.optional(),
  // Thirteen digits: what a date of the store can hold.
  sentAt: z.number().int().nonnegative().max(9_999_999_999_999),
  sender: z.strictObject({ memberId: platformId, name, role: z.enum(ROLES) }),
  text: z.string(),
  mentions: z.array(mention).max(200).optional(),
  addressesBot: z.boolean().optional(),
  quote: z
    .strictObject({ messageId: platformId.optional(), senderId: platformId.optional(), text: z.string() })
    .optional(),
})

/** The bot's name at the beginning of a text; `@bots` is somebody else. */
const ADDRESS = /^\s*@(?:清群|bot(?![\w-]))[\s::,,]*/iu

/** A group for trying out: it hears all and reaches everybody. Signed by Standard Webhooks like a real one. */
export function createSandbox({ tenantId, channelId, secret, now }: SandboxOptions): WebhookAdapter {
  const key = standardWebhookKey(secret)
  return {
    adapter: 'sandbox',
    channelId,
    capabilities: capabilitiesOf('all', { privateMessage: true, groupPost: true }),
    receive(request): Incoming {
      verifyStandardWebhook(key, request, now())
      if (request.method !== 'POST') throw refusal(400, 'METHOD_INVALID', '沙箱只收 POST', '请用 POST 发送消息')
      const parsed = bodySchema.safeParse(parseJsonObject(decodeUtf8(request.body)))
      if (!parsed.success) {
        const paths = parsed.error.issues.map((issue) => issue.path.join('.') || '(整体)')
        throw refusal(
          400,
          'MESSAGE_MALFORMED',
          '消息结构有误',
          `请检查这些字段:${[...new Set(paths)].slice(0, 8).join('、')}`,
        )
      }
      const { text: written, mentions, addressesBot, quote, chat = 'group', ...known } = parsed.data
      const text = messageText(written)
      const spoken = text.replace(ADDRESS, '')
      const message: GroupMessage = {
        tenantId,
        channelId,
        adapter: 'sandbox',
        kind: 'text',
        chat,
        ...known,
        text: spoken,
        mentions: mentions ?? mentionsInText(spoken),
        addressesBot: chat === 'single' || addressesBot === true || spoken !== text,
        ...(quote === undefined ? {} : { quote: { ...quote, text: shortened(quote.text, MAX_TEXT) } }),
      }
      return { kind: 'messages', messages: [message], acknowledge }
    },
  }
}

function acknowledge(receipts: readonly Receipt[]) {
  const body = JSON.stringify({
    duplicate: receipts.every((receipt) => receipt.duplicate),
    answers: receipts.flatMap((receipt) => receipt.answers),
  })
  return { status: 200, type: 'application/json' as const, body }
}
