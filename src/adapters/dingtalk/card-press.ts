import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { EpochMs, GroupMessage } from '../../domain/message.ts'
import { PRESS } from '../../domain/press.ts'
import { parseJson } from '../../net/parse-json.ts'
import type { Receipt } from '../adapter.ts'
import type { Press, PressSeal } from '../press-seal.ts'
import { refusal } from '../refusal.ts'
import { messageText, platformId } from '../text.ts'
import { dingtalkMarkdown } from './markdown.ts'

/** CARD/0007 has the parameters in `content.cardPrivateData`, another page beside it in `value`. */
const pressedSchema = z.looseObject({
  outTrackId: platformId,
  userId: platformId,
  content: z.string().optional().catch(undefined),
  value: z.string().optional().catch(undefined),
})
const parameters = z.record(z.string(), z.unknown()).optional().catch(undefined)
const contentSchema = z.looseObject({
  cardPrivateData: z.looseObject({ params: parameters }).optional().catch(undefined),
  params: parameters,
})

/** What a pressed button says, and how the card changes, which the response itself must tell within 2 s. */
export interface DingtalkPress {
  /** Null where the button is not ours, or not this person's to press. */
  message: GroupMessage | null
  respond(receipts: readonly Receipt[]): Record<string, unknown>
}

export interface CardPressOptions {
  tenantId: string
  channelId: string
  receivedAt: EpochMs
  seal: PressSeal
}

const MAX_ANSWER_BYTES = 1000

/**
 * Reads a card callback, the same by HTTP and by Stream. A press counts as said by `userId`. It has no id of its own:
 * the same button of the same card pressed by the same person is the same word. Throws CodedError 400.
 */
export function readCardPress(body: Record<string, unknown>, options: CardPressOptions): DingtalkPress {
  const { tenantId, channelId, receivedAt, seal } = options
  const parsed = pressedSchema.safeParse(body)
  if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.join('.') ?? '')
  const { outTrackId, userId, content, value } = parsed.data
  const sent = contentSchema.safeParse(parseJson(content ?? value ?? ''))
  if (!sent.success) throw malformed('content')
  const press = Object.values({ ...sent.data.params, ...sent.data.cardPrivateData?.params })
    .map((text) => (typeof text === 'string' ? seal.open(text) : null))
    .find((opened) => opened !== null)
  if (!press) return turnedAway('这个按钮已失效,请改发文字指令')
  if (press.m !== undefined && press.m !== userId) return turnedAway('这张卡片是给别人的,没有改动')
  const known = JSON.stringify([outTrackId, userId, press.c])
  const message: GroupMessage = {
    tenantId,
    ...(press.p ? { chat: 'single', groupId: `single:${userId}`.slice(0, 256) } : { chat: 'group', groupId: press.g }),
    messageId: `${PRESS}${createHash('sha256').update(known).digest('hex').slice(0, 32)}`,
    adapter: 'dingtalk',
    channelId,
    sentAt: receivedAt,
    sender: { memberId: userId },
    kind: 'text',
    text: messageText(press.c),
    mentions: [],
    addressesBot: true,
  }
  return { message, respond: (receipts) => responseTo(press, receipts) }
}

/**
 * In a group only who presses sees the answer, while the others keep their buttons: private data of that user, which
 * stands before the public (development/public-private-and-local-data, 2026-08-05).
 */
function responseTo({ c, m }: Press, receipts: readonly Receipt[]): Record<string, unknown> {
  const said = receipts.flatMap(({ answers }) => answers).join('\n\n')
  const { text } = dingtalkMarkdown(said === '' ? `已收到:${c}` : said, MAX_ANSWER_BYTES)
  return changing(m === undefined ? 'userPrivateData' : 'cardData', { answer: text, done: 'true' })
}

const turnedAway = (answer: string): DingtalkPress => ({
  message: null,
  respond: () => changing('userPrivateData', { answer }),
})

const changing = (part: 'cardData' | 'userPrivateData', cardParamMap: Record<string, string>) => ({
  cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
  [part]: { cardParamMap },
})

const malformed = (path: string) =>
  refusal(400, 'PRESS_MALFORMED', `卡片回调结构不完整:${path}`, '钉钉卡片回调应含 outTrackId、userId 和 content')
