import type { Clock } from '../../domain/message.ts'
import type { CallbackRequest, CallbackResponse, Incoming, Receipt, WebhookAdapter } from '../adapter.ts'
import { capabilitiesOf } from '../capabilities.ts'
import { cutToBytes, neutraliseMentions, plainText } from '../markdown.ts'
import { parseRawQuery } from '../raw-query.ts'
import { misconfigured } from '../refusal.ts'
import { readAppWord } from './app-callback-message.ts'
import { encryptedXml, parseAppXml } from './app-callback-xml.ts'
import { MAX_PASSIVE_BYTES } from './constants.ts'
import { createEnvelope } from './envelope.ts'

export interface WecomAppCallbackOptions {
  tenantId: string
  channelId: string
  /** The receiver that every callback must name exactly. */
  corpId: string
  token: string
  encodingAesKey: string
  now: Clock
  /** Cryptographically random bytes. */
  random: (bytes: number) => Buffer
  /** A card of ours was pressed and what it asked for is done: its buttons can go. It neither waits nor throws. */
  onPressed?: (press: AppPress) => void
  /** The archive has new messages (page 95039): worth pulling now. It neither waits nor throws. */
  onArchiveNotice?: () => void
  /** An event of no use here came; `event` as the platform names it. It neither waits nor throws. */
  onUnused?: (event: string) => void
}

/** A press as the card's update needs it. */
export interface AppPress {
  memberId: string
  responseCode: string
  /** Markdown; empty where nothing was answered. */
  answer: string
}

const EMPTY: CallbackResponse = { status: 200, type: 'text/plain', body: '' }

/**
 * The callback of a WeCom 自建应用 (pages 90238 to 90241): what members write to the app in private, the buttons they
 * press on its cards, and the notice that the archive has grown. All other events are acknowledged and told of.
 */
export function createWecomAppCallback(options: WecomAppCallbackOptions): WebhookAdapter {
  const { tenantId, channelId, corpId, token, encodingAesKey, now, random, onArchiveNotice = () => undefined } = options
  if (corpId === '') throw misconfigured('WECOM_CORP_ID_MISSING', '企业 ID 为空', '请从企业微信后台「我的企业」复制')
  const wrongReceiver = '请核对企业 ID(corpid)'
  const envelope = createEnvelope({ token, encodingAesKey, receiveId: corpId, wrongReceiver, now, random })

  /** A text, which clients show as it is written (page 90241). */
  function answer(userId: string, nonce: string, receipts: readonly Receipt[]): CallbackResponse {
    const said = saidIn(receipts)
    if (said === '') return EMPTY
    const content = cutToBytes(neutraliseMentions(plainText(said)), MAX_PASSIVE_BYTES)
    const createTime = Math.floor(now() / 1000)
    const reply = `<xml>${cdata('ToUserName', userId)}${cdata('FromUserName', corpId)}<CreateTime>${createTime}</CreateTime>${cdata('MsgType', 'text')}${cdata('Content', content)}</xml>`
    const { encrypt, signature, timestamp } = envelope.seal(reply, nonce)
    const body = `<xml>${cdata('Encrypt', encrypt)}${cdata('MsgSignature', signature)}<TimeStamp>${timestamp}</TimeStamp>${cdata('Nonce', nonce)}</xml>`
    return { status: 200, type: 'application/xml', body }
  }

  return {
    adapter: 'wecom',
    channelId,
    capabilities: capabilitiesOf('mentions', { privateMessage: true, card: true, recallOwn: true }),
    receive(request: CallbackRequest): Incoming {
      const query = parseRawQuery(request.query)
      if (request.method === 'GET') {
        return { kind: 'respond', response: { status: 200, type: 'text/plain', body: envelope.echo(query) } }
      }
      const { message, nonce } = envelope.open(query, encryptedXml(request.body))
      const word = readAppWord(parseAppXml(message), { tenantId, channelId })
      if (word.kind === 'archive') onArchiveNotice()
      if (word.kind === 'unused') options.onUnused?.(word.event)
      if (word.kind !== 'message' && word.kind !== 'press') return { kind: 'respond', response: EMPTY }
      const { memberId } = word.message.sender
      return {
        kind: 'messages',
        messages: [word.message],
        acknowledge(receipts) {
          // A code updates once, and what is delivered again has been answered before.
          if (word.kind === 'press' && word.responseCode !== undefined && receipts.every(({ duplicate }) => !duplicate))
            options.onPressed?.({ memberId, responseCode: word.responseCode, answer: saidIn(receipts) })
          return answer(memberId, nonce, receipts)
        },
      }
    },
  }
}

const saidIn = (receipts: readonly Receipt[]): string => receipts.flatMap((receipt) => receipt.answers).join('\n\n')

/** `]]>` would end the section early: it is cut in two, which readers put together again. */
const cdata = (name: string, text: string): string =>
  `<${name}><![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${name}>`
