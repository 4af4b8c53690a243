import { z } from 'zod'
import type { Card } from '../../domain/card.ts'
import { parseJson } from '../../net/parse-json.ts'
import { cutToCharacters } from '../markdown.ts'
import { platformId } from '../text.ts'
import { CARD_BUTTONS, CARD_KEY_BYTES, CARD_TEXTS } from './constants.ts'

/** The `template_card` of a message, in WeCom's words (pages 90236 and 101032). */
export type TemplateCard = Record<string, unknown>

/** Whose card it is: an app's in private chat, or a 智能机器人's. */
export type CardPlace = keyof typeof CARD_TEXTS

const faceSchema = z.strictObject({ title: z.string(), body: z.string() })
const keySchema = z.strictObject({
  group: platformId,
  command: z.string().min(1).max(200),
  /** `CardButton.inPrivate` */
  private: z.literal(true).optional(),
  /** What the card says: the event of a press does not tell, and a bot's card is only ever replaced as a whole. */
  face: faceSchema.optional(),
})

/** The key of what stands in the place of buttons that were pressed. */
const SPENT = '{"spent":true}'
/** Red, green and grey besides the blue of 1. */
const GREY = 4

/** What a pressed button asks for; `groupId` is undefined for a key that this server did not make. */
export interface Pressed {
  command: string
  groupId?: string
  /** Said in private chat, not in that group. */
  inPrivate?: boolean
  face?: z.output<typeof faceSchema> | undefined
}

/**
 * A `button_interaction` card around a body in plain text. A key carries the group that its number belongs to, since
 * the card is pressed in private chat. Null where it does not fit WeCom's limits: then the body is said alone.
 */
export function buttonInteraction(
  { title, buttons }: Card,
  body: string,
  { groupId, taskId, place }: { groupId: string; taskId: string; place: CardPlace },
): TemplateCard | null {
  const most = CARD_TEXTS[place]
  const face = place === 'bot' ? { face: { title, body } } : {}
  const keyed = buttons.map(({ text, command, inPrivate }) => ({
    text,
    style: 1,
    key: JSON.stringify({ group: groupId, command, ...(inPrivate ? { private: true } : {}), ...face }),
  }))
  const fits =
    keyed.length > 0 &&
    keyed.length <= CARD_BUTTONS &&
    /^[\w@-]{1,128}$/.test(taskId) &&
    lengthOf(title) <= most.title &&
    lengthOf(body) <= most.body &&
    keyed.every(({ text, key }) => lengthOf(text) <= most.button && readButtonKey(key).groupId === groupId) &&
    keyed.every(({ key }) => Buffer.byteLength(key) <= CARD_KEY_BYTES)
  if (!fits) return null
  return {
    card_type: 'button_interaction',
    main_title: { title },
    sub_title_text: body,
    button_list: keyed,
    task_id: taskId,
  }
}

/** Reads an `EventKey`. Another program may use the same app: a key of its own is taken for a private word. */
export function readButtonKey(key: string): Pressed {
  const parsed = keySchema.safeParse(parseJson(key))
  if (!parsed.success) return { command: key }
  const { command, group, face } = parsed.data
  return { command, groupId: group, inPrivate: parsed.data.private === true, face }
}

/** True for a button that only says that another was pressed. */
export const isSpent = (key: string): boolean => key === SPENT

/** What replaces a bot's card that was pressed: what it said, what was answered, and nothing to press but that. */
export const answeredCard = ({ face }: Pressed, answer: string, taskId: string): TemplateCard => ({
  card_type: 'button_interaction',
  main_title: { title: face?.title ?? '清群' },
  ...(face === undefined || face.body === '' ? {} : { quote_area: { type: 0, quote_text: face.body } }),
  sub_title_text: cutToCharacters(answer, CARD_TEXTS.bot.body),
  button_list: [{ text: '已收到', style: GREY, key: SPENT }],
  task_id: taskId,
})

/** What replaces the buttons of an app's card that was pressed: the beginning of the answer. */
export const answeredButton = (answer: string): string =>
  cutToCharacters(/^[^,,。;;::\n]+/u.exec(answer)?.[0] ?? '已收到', CARD_TEXTS.app.button)

const lengthOf = (text: string): number => Array.from(text).length
