import { z } from 'zod'
import type { Card } from '../../domain/card.ts'
import type { PressSeal } from '../press-seal.ts'
import { cardHeader, cardText, type FeishuImage } from './format.ts'

/** What stands on a card beside its buttons. It travels in each of them, so that the answered card can show it again. */
const faceSchema = z.object({
  title: z.string(),
  body: z.string(),
  image: z.object({ key: z.string().min(1), description: z.string() }).optional(),
})

export interface CardFace {
  title: string
  body: string
  image?: FeishuImage | undefined
}

/** What a pressed button brings back. */
export interface PressedButton {
  groupId: string
  command: string
  /** The only member who may press it; undefined where whoever is in the group may. */
  memberId?: string | undefined
  inPrivate: boolean
  face: CardFace
}

/**
 * A question with buttons, as a card of version 1 (feishu-cards/card-json-structure.md). `update_multi: false`: who
 * presses sees the answer, while the others keep their buttons. A forwarded card cannot be pressed.
 */
export function questionCard(
  { title, buttons }: Card,
  {
    body,
    image,
    groupId,
    memberId,
  }: { body: string; image?: FeishuImage | undefined; groupId: string; memberId?: string },
  { seal }: PressSeal,
): Record<string, unknown> {
  const face = { title, body, ...(image === undefined ? {} : { image }) }
  const to = memberId === undefined ? {} : { m: memberId }
  const actions = buttons.map(({ text, command, inPrivate }) => ({
    tag: 'button',
    text: { tag: 'plain_text', content: text },
    type: 'default',
    value: { press: seal({ g: groupId, c: command, ...to, ...(inPrivate ? { p: true } : {}), face }) },
  }))
  return cardOf(face, [{ tag: 'action', actions }])
}

/** The same card with what was answered in place of its buttons. */
export const answeredCard = (face: CardFace, answer: string): Record<string, unknown> =>
  cardOf(face, [{ tag: 'hr' }, cardText(answer)])

/** Null for a button that this server has not made. */
export function readButton(press: string, { open }: PressSeal): PressedButton | null {
  const opened = open(press)
  const face = faceSchema.safeParse(opened?.face).data
  if (opened === null || face === undefined) return null
  return { groupId: opened.g, command: opened.c, memberId: opened.m, inPrivate: opened.p === true, face }
}

function cardOf({ title, body, image }: CardFace, below: readonly unknown[]): Record<string, unknown> {
  const picture =
    image === undefined
      ? []
      : [{ tag: 'img', img_key: image.key, alt: { tag: 'plain_text', content: image.description } }]
  return {
    config: { enable_forward: false, update_multi: false },
    header: cardHeader(title),
    elements: [cardText(body), ...picture, ...below],
  }
}
