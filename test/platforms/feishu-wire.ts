import { createCipheriv, createHash } from 'node:crypto'

/** Feishu's event callback, written from its documentation and independent of the server's own code. */
export interface FeishuSecrets {
  encryptKey?: string
  verificationToken: string
}

export const FEISHU_APP = { appId: 'cli_0123456789abcdef', appSecret: 'app-secret' } as const
export const BOT_OPEN_ID = 'ou_bot'

/** AES-256-CBC, key = SHA-256 of the Encrypt Key, IV in front, base64. */
export function feishuSeal(encryptKey: string, plain: string, iv = Buffer.alloc(16, 1)): string {
  const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(encryptKey).digest(), iv)
  return Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final()]).toString('base64')
}

export interface FeishuDelivery {
  method: 'POST'
  query: string
  headers: Record<string, string>
  body: Buffer
}

/** A callback as the platform posts it; `signed: false` as it comes with the check of an address. */
export function feishuDelivery(secrets: FeishuSecrets, event: unknown, signed = true): FeishuDelivery {
  const plain = JSON.stringify(event)
  const { encryptKey } = secrets
  const body = Buffer.from(
    encryptKey === undefined ? plain : JSON.stringify({ encrypt: feishuSeal(encryptKey, plain) }),
  )
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' }
  if (encryptKey !== undefined && signed) Object.assign(headers, feishuSigned(encryptKey, body))
  return { method: 'POST', query: '', headers, body }
}

export function feishuSigned(encryptKey: string, body: Buffer, timestamp = '1700000000', nonce = 'nonce1') {
  const signature = createHash('sha256')
    .update(timestamp + nonce + encryptKey)
    .update(body)
    .digest('hex')
  return {
    'x-lark-request-timestamp': timestamp,
    'x-lark-request-nonce': nonce,
    'x-lark-signature': signature,
  }
}

/** An event of version 2. */
export const feishuEvent = (type: string, event: unknown, header: Record<string, unknown> = {}) => ({
  schema: '2.0',
  header: {
    event_id: 'f7984f25108f8137722bb63cee927e66',
    event_type: type,
    create_time: '1700000000000',
    token: 'v-token',
    app_id: FEISHU_APP.appId,
    tenant_key: '2ca1d211f64f6438',
    ...header,
  },
  event,
})

/** A message of a group (im-v1/message/events/receive.md). */
export const feishuReceived = (messageId: string, content: unknown, changes: Record<string, unknown> = {}) =>
  feishuEvent('im.message.receive_v1', {
    sender: {
      sender_id: { union_id: 'on_1', user_id: 'e33ggbyz', open_id: 'ou_zhang' },
      sender_type: 'user',
      tenant_key: '2ca1d211f64f6438',
    },
    message: {
      message_id: messageId,
      create_time: '1700000000000',
      update_time: '1700000000000',
      chat_id: 'oc_1',
      chat_type: 'group',
      message_type: 'text',
      content: typeof content === 'string' ? JSON.stringify({ text: content }) : JSON.stringify(content),
      ...changes,
    },
  })

/** An item of a history (im-v1/message/list.md). */
export const feishuItem = (
  messageId: string,
  text: string,
  createdAt: number,
  changes: Record<string, unknown> = {},
) => ({
  message_id: messageId,
  msg_type: 'text',
  create_time: String(createdAt),
  update_time: String(createdAt),
  deleted: false,
  updated: false,
  chat_id: 'oc_1',
  sender: { id: 'ou_zhang', id_type: 'open_id', sender_type: 'user', tenant_key: '2ca1d211f64f6438' },
  body: { content: JSON.stringify({ text }) },
  ...changes,
})

/** A pressed button (cardkit-v1/card-callback-communication.md): microseconds in its header. */
export const feishuPressed = (
  value: unknown,
  changes: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
) =>
  feishuEvent(
    'card.action.trigger',
    {
      operator: { tenant_key: '2ca1d211f64f6438', open_id: 'ou_zhang', union_id: 'on_1' },
      token: 'c-295ee57216a5dc9de90fefd0aadb4b1d7dxxxx',
      action: { value, tag: 'button' },
      host: 'im_message',
      context: { open_message_id: 'om_card', open_chat_id: 'oc_1' },
      ...changes,
    },
    { create_time: '1700000000000000', ...header },
  )
