import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { GroupMessage } from '../../domain/message.ts'
import { PRESS } from '../../domain/press.ts'
import type { Receipt } from '../adapter.ts'
import { plainText } from '../markdown.ts'
import type { PressSeal } from '../press-seal.ts'
import { refusal } from '../refusal.ts'
import { messageText, platformId, shortened } from '../text.ts'
import { answeredCard, type PressedButton, readButton } from './card.ts'
import type { Envelope } from './envelope.ts'
import { memberOf, type Reading } from './message.ts'

/** cardkit-v1/card-callback-communication.md */
const pressedSchema = z.looseObject({
  operator: z.looseObject({ open_id: platformId }),
  token: z.string().catch(''),
  action: z.looseObject({ value: z.looseObject({ press: z.string() }).optional().catch(undefined) }),
  context: z.looseObject({ open_chat_id: z.string().optional().catch(undefined) }).catch({}),
})

/** What a pressed button says, and what its answer says in the response itself, which must come within 3 s. */
export interface FeishuPress {
  /** Null where the button is not ours, or not this person's to press. */
  message: GroupMessage | null
  respond(receipts: readonly Receipt[]): Record<string, unknown>
}

const MAX_TOAST = 100

/**
 * Reads a `card.action.trigger`. Whoever sees a card can press it, so a press counts as said by `operator.open_id`,
 * and is taken only where the card was meant for that person or that group.
 */
export function readPress({ event, id, createdAt }: Envelope, reading: Reading, seal: PressSeal): FeishuPress {
  const parsed = pressedSchema.safeParse(event)
  if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.join('.') ?? '')
  const { operator, action, context, token } = parsed.data
  // Another program may use the same app.
  if (action.value === undefined) return turnedAway()
  const button = readButton(action.value.press, seal)
  if (button === null) return turnedAway('这个按钮已失效,请改发文字指令')
  if (button.memberId !== undefined && button.memberId !== operator.open_id)
    return turnedAway('这张卡片是给别人的,没有改动')
  if (button.memberId === undefined && context.open_chat_id !== undefined && context.open_chat_id !== button.groupId)
    return turnedAway('请在原来的群里操作')
  // The first 13 digits: milliseconds, whether microseconds follow or not.
  const [milliseconds] = /^[1-9]\d{12}/.exec(createdAt) ?? []
  if (milliseconds === undefined) throw malformed('create_time')
  const known = id === '' ? token : id
  if (known === '') throw malformed('event_id')
  const message: GroupMessage = {
    tenantId: reading.tenantId,
    ...placeOf(button, operator.open_id, context.open_chat_id, reading),
    messageId: `${PRESS}${createHash('sha256').update(known).digest('hex').slice(0, 32)}`,
    adapter: 'feishu',
    channelId: reading.channelId,
    sentAt: Number(milliseconds),
    kind: 'text',
    text: messageText(button.command),
    mentions: [],
    addressesBot: true,
  }
  return { message, respond: (receipts) => responseTo(button, receipts) }
}

/** Where it counts as said; the private chat is where a card to one member was pressed. */
function placeOf(
  { groupId, memberId, inPrivate }: PressedButton,
  openId: string,
  chatId: string | undefined,
  reading: Reading,
): Pick<GroupMessage, 'groupId' | 'chat' | 'sender'> {
  if (!inPrivate) return { groupId, chat: 'group', sender: memberOf(openId, reading.chat(groupId)) }
  const known = memberId === undefined ? undefined : platformId.safeParse(chatId).data
  return { groupId: known ?? `single:${openId}`.slice(0, 256), chat: 'single', sender: { memberId: openId } }
}

function responseTo({ face, command }: PressedButton, receipts: readonly Receipt[]): Record<string, unknown> {
  const said = receipts.flatMap(({ answers }) => answers).join('\n\n')
  const answer = said === '' ? `已收到:${command}` : said
  return {
    toast: { type: 'info', content: shortened(plainText(answer), MAX_TOAST) },
    card: { type: 'raw', data: answeredCard(face, answer) },
  }
}

const turnedAway = (why?: string): FeishuPress => ({
  message: null,
  respond: () => (why === undefined ? {} : { toast: { type: 'warning', content: why } }),
})

const malformed = (path: string) =>
  refusal(
    400,
    'PRESS_MALFORMED',
    `卡片回调结构不完整:${path}`,
    '应含 event_id、create_time、operator.open_id 和 action',
  )
