import { type WecomSecrets, wecomDelivery, wecomGroupText } from '../../test/platforms/wecom-wire.ts'
import type { BotMessage } from './corpus-messages.ts'

/** A group message as the whole HTTP/1.1 request by which WeCom delivers it; `at` in epoch milliseconds. */
export function callbackRequest(
  secrets: WecomSecrets,
  path: string,
  { msgid, text, userid, chatid }: BotMessage,
  at: number,
  nonce: string,
): string {
  const { query, body } = wecomDelivery(secrets, wecomGroupText(msgid, text, userid, chatid), at, nonce)
  const head = [
    `POST ${path}?${query} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${body.toString('utf8')}`
}
