import { z } from 'zod'
import type { Card } from '../../domain/card.ts'
import type { Outbound, SendResult } from '../../domain/outbound.ts'
import { harmlessToRepeat } from '../http-client.ts'
import { titleOf } from '../markdown.ts'
import { replaceMemberMarks } from '../member-marks.ts'
import type { PressSeal } from '../press-seal.ts'
import type { CardRoute } from './card-route.ts'
import type { DingtalkApp } from './dingtalk-app.ts'
import { unreadable } from './error-code.ts'
import { dingtalkMarkdown } from './markdown.ts'
import { receiptOf } from './recall.ts'

/** How an application shows cards. A template must be made and published on DingTalk's card platform. */
export interface DingtalkCards {
  /** `….schema`; its variables are those of `cardData`. */
  templateId: string
  /** How presses come back. */
  callback: 'stream' | CardRoute
  seal: PressSeal
}

/** API/0783: bytes of one value. */
const MAX_VALUE_BYTES = 1024
const MAX_BUTTONS = 6

/** Where the card goes, as DingTalk sees it: an `openConversationId`, or a staff id. */
type Destination = Pick<Outbound, 'groupId' | 'audience'>

/**
 * The variables of the template: `title`, `content` (markdown), `button1` to `button6` (texts, empty for none), `press1`
 * to `press6` (what each button sends back), and `answer` and `done`, which the answer to a press fills. Null where a
 * value would be longer than DingTalk takes.
 */
export function cardData(
  card: Card,
  body: string,
  { groupId, audience }: Destination,
  { seal }: PressSeal,
): Record<string, string> | null {
  const said = replaceMemberMarks(body, () => '')
  const { text } = dingtalkMarkdown(said, Number.POSITIVE_INFINITY)
  const data: Record<string, string> = { title: titleOf(card.title), content: text, answer: '', done: 'false' }
  const to = audience.kind === 'member' ? { m: audience.memberId } : {}
  for (let index = 0; index < MAX_BUTTONS; index++) {
    const button = card.buttons[index]
    data[`button${index + 1}`] = button?.text ?? ''
    data[`press${index + 1}`] =
      button === undefined
        ? ''
        : seal({ g: groupId, c: button.command, ...to, ...(button.inPrivate ? { p: true } : {}) })
  }
  const fits = Object.values(data).every((value) => Buffer.byteLength(value) <= MAX_VALUE_BYTES)
  return fits && card.buttons.length > 0 && card.buttons.length <= MAX_BUTTONS ? data : null
}

const deliveredSchema = z.looseObject({
  result: z.looseObject({
    deliverResults: z
      .array(z.looseObject({ success: z.boolean().catch(true), carrierId: z.string().optional().catch(undefined) }))
      .catch([]),
  }),
})

/**
 * Creates and delivers a card (API/0783). `outTrackId` makes a repetition harmless. `failed` means that nothing was
 * said: the body alone may follow. The receipt is what a recall takes.
 */
export async function deliverCard(
  app: DingtalkApp,
  options: {
    robotCode: string
    cards: DingtalkCards
    data: Record<string, string>
    to: Destination
    outTrackId: string
  },
): Promise<SendResult> {
  const { robotCode, cards, data, to, outTrackId } = options
  const { templateId, callback } = cards
  const unregistered = callback === 'stream' ? null : await callback.register()
  if (unregistered !== null) return { status: 'failed', code: unregistered.code, hint: unregistered.hint }
  const json = {
    cardTemplateId: templateId,
    outTrackId,
    ...(callback === 'stream'
      ? { callbackType: 'STREAM' }
      : { callbackType: 'HTTP', callbackRouteKey: callback.routeKey }),
    cardData: { cardParamMap: data },
    ...spaceOf(to, robotCode),
    userIdType: 1,
  }
  const answer = await app.call({ method: 'POST', path: '/v1.0/card/instances/createAndDeliver', json })
  if ('refused' in answer) {
    const exists = answer.refused.code === 'DINGTALK_CARD_EXISTS'
    return exists ? { status: 'sent', receipt: null } : harmlessToRepeat(answer.refused)
  }
  const delivered = deliveredSchema.safeParse(answer.json).data?.result.deliverResults[0]
  if (delivered === undefined) return harmlessToRepeat(unreadable(200))
  if (!delivered.success)
    return { status: 'failed', code: 'DINGTALK_CARD_NOT_DELIVERED', hint: '钉钉没有投放卡片,请核对机器人与卡片模板' }
  const { carrierId } = delivered
  return { status: 'sent', receipt: carrierId === undefined ? null : receiptOf(to, carrierId) }
}

function spaceOf({ groupId, audience }: Destination, robotCode: string): Record<string, unknown> {
  if (audience.kind === 'group')
    return {
      openSpaceId: `dtv1.card//IM_GROUP.${groupId}`,
      imGroupOpenSpaceModel: { supportForward: false },
      imGroupOpenDeliverModel: { robotCode },
    }
  return {
    openSpaceId: `dtv1.card//IM_ROBOT.${audience.memberId}`,
    imRobotOpenSpaceModel: { supportForward: false },
    imRobotOpenDeliverModel: { spaceType: 'IM_ROBOT', robotCode },
  }
}
