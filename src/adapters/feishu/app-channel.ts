import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../domain/message.ts'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { type CreateLimiter, refusedTooSoon } from '../limiter.ts'
import type { PressSeal } from '../press-seal.ts'
import type { FeishuApi, FeishuRequest } from './api.ts'
import { questionCard } from './card.ts'
import { MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES, MAX_UUID } from './constants.ts'
import { type FeishuImage, postContent } from './format.ts'
import { uploadImage } from './image.ts'
import { createAppLimiters } from './limiter.ts'
import { createRepeatable } from './repeatable.ts'

export interface FeishuSenderOptions {
  api: FeishuApi
  now: Clock
  limiterOf?: CreateLimiter
}

/** Says markdown as the app. `key` is what the platform's limit counts: the group or the person. */
export type FeishuSender = (message: {
  key: string
  path: string
  query?: FeishuRequest['query']
  to?: { receive_id: string }
  body: string
  image?: FeishuImage | undefined
  /** Said instead of the body where it is within the platform's limits. */
  card?: Record<string, unknown> | undefined
  /** The same for every attempt to say this. */
  id: string
}) => Promise<SendResult>

const sentSchema = z.looseObject({ message_id: z.string().min(1) })

/** im-v1/message/create.md, im-v1/message/reply.md */
export function createFeishuSender({ api, now, limiterOf = createAppLimiters() }: FeishuSenderOptions): FeishuSender {
  const repeatable = createRepeatable(now)
  return async ({ key, path, query, to, body, image, card, id }) => {
    const uuid = uuidOf(id)
    const forms = [
      ...(card === undefined ? [] : [{ msg_type: 'interactive', content: JSON.stringify(card) }]),
      ...(image === undefined ? [] : [{ msg_type: 'post', content: postContent(body, image) }]),
      { msg_type: 'post', content: postContent(body) },
    ]
    const fitting = forms
      .map((form) => ({ ...to, ...form, uuid }))
      .filter((json) => Buffer.byteLength(JSON.stringify(json)) <= MAX_REQUEST_BYTES)
    return repeatable(uuid, async () => {
      let result: SendResult = { status: 'failed', code: 'FEISHU_TOO_LONG', hint: '内容过长,应先拆分' }
      for (const json of fitting) {
        const request: FeishuRequest = { method: 'POST', path, ...(query === undefined ? {} : { query }), json }
        const answer = await limiterOf(`feishu-${key}`).schedule(() => api(request), refusedTooSoon)
        if (!('refused' in answer))
          return { status: 'sent', receipt: sentSchema.safeParse(answer.data).data?.message_id ?? null }
        result = answer.refused
        if (!FORM_REFUSED.has(result.code)) return result
      }
      return result
    })
  }
}

/** Bad parameter, too long, type not supported, card not built (im-v1/message/create.md): plainer words may be taken. */
const FORM_REFUSED: ReadonlySet<string> = new Set([230001, 230025, 230054, 230099].map((code) => `FEISHU_${code}`))

const uuidOf = (id: string): string =>
  id.length <= MAX_UUID ? id : createHash('sha256').update(id).digest('hex').slice(0, MAX_UUID)

export interface FeishuAppChannelOptions {
  channelId: string
  send: FeishuSender
  /** Where given, buttons are shown, and their presses are known by it. */
  seal?: PressSeal
  /** Where given, pictures are shown, and what was said can be taken back. */
  api?: FeishuApi
  /** Which groups it serves; all without it. */
  serves?: (groupId: string) => boolean
}

const isChat = (id: string) => /^oc_\w{1,200}$/.test(id)
const isPerson = (id: string) => /^ou_\w{1,200}$/.test(id)

/** Speaks as the app's bot: in the groups it is in, and to their members in private. */
export function createFeishuAppChannel(options: FeishuAppChannelOptions): Channel {
  const { channelId, send, seal, api, serves = () => true } = options
  return {
    name: `feishu-app:${channelId}`,
    maxBytes: MAX_MESSAGE_BYTES,
    reaches: ({ groupId, audience }) =>
      serves(groupId) && (audience.kind === 'group' ? isChat(groupId) : isPerson(audience.memberId)),
    async send({ groupId, audience, outboxId, body, card, picture }) {
      const toGroup = audience.kind === 'group'
      const id = toGroup ? groupId : audience.memberId
      if (!(toGroup ? isChat(id) : isPerson(id)))
        return { status: 'failed', code: 'FEISHU_RECIPIENT_INVALID', hint: '收件人不是飞书的群(oc_)或成员(ou_)编号' }
      const query = { receive_id_type: toGroup ? 'chat_id' : 'open_id' }
      const image = picture && api ? ((await uploadImage(api, picture)) ?? undefined) : undefined
      const face = { body, image, groupId, ...(toGroup ? {} : { memberId: id }) }
      return send({
        key: id,
        path: '/im/v1/messages',
        query,
        to: { receive_id: id },
        body,
        image,
        card: card && seal ? questionCard(card, face, seal) : undefined,
        id: outboxId,
      })
    },
    ...(api === undefined ? {} : { recall: (receipt: string) => recallMessage(api, receipt) }),
  }
}

/** Takes back a message of the bot's own, within the time the organisation's admin allows (im-v1/message/delete.md). */
async function recallMessage(api: FeishuApi, messageId: string): Promise<SendResult> {
  const answer = await api({ method: 'DELETE', path: `/im/v1/messages/${encodeURIComponent(messageId)}` })
  return 'refused' in answer ? answer.refused : { status: 'sent', receipt: messageId }
}
