import { z } from 'zod'
import { plainText } from '../markdown.ts'
import { answeredCard, isSpent, type Pressed, readButtonKey } from './card.ts'

/** Page 101027 (2026-03); the type of SDK 1.0.7 has these fields flat in the event, the wire has them nested. */
const pressSchema = z.looseObject({ event_key: z.string().min(1), task_id: z.string().min(1).optional() })
const eventSchema = z.looseObject({
  eventtype: z.literal('template_card_event'),
  template_card_event: pressSchema.optional().catch(undefined),
})
const bodySchema = z.looseObject({ msgtype: z.literal('event'), event: eventSchema })

/** A pressed button of a card that this bot has shown. */
export interface BotPress {
  pressed: Pressed & { groupId: string }
  taskId: string | undefined
}

function pressIn(body: Record<string, unknown>): z.output<typeof pressSchema> | undefined {
  const event = bodySchema.safeParse(body).data?.event
  return event?.template_card_event ?? pressSchema.safeParse(event).data
}

/** Null for everything else, the buttons of other programs too. */
export function readBotPress(body: Record<string, unknown>): BotPress | null {
  const press = pressIn(body)
  if (press === undefined) return null
  const { groupId, ...pressed } = readButtonKey(press.event_key)
  return groupId === undefined ? null : { pressed: { ...pressed, groupId }, taskId: press.task_id }
}

/** True where the button only says that another was pressed before. */
export const isSpentPress = (body: Record<string, unknown>): boolean => isSpent(pressIn(body)?.event_key ?? '')

/**
 * What replaces the card for everybody who sees it, within 5 s of the press (pages 101031 and 101463, 2026); null where
 * the platform did not name the card.
 */
export function updateOf({ pressed, taskId }: BotPress, answer: string): Record<string, unknown> | null {
  if (taskId === undefined) return null
  const said = answer === '' ? `已收到:${pressed.command}` : plainText(answer)
  return { response_type: 'update_template_card', template_card: answeredCard(pressed, said, taskId) }
}
