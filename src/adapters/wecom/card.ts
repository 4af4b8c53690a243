import { z } from 'zod'
import { CodedError } from '../../domain/errors.ts'
import { parseJson } from '../../net/parse-json.ts'
import { platformId } from '../text.ts'

/** A question with buttons, in no platform's words. */
export interface Card {
  title: string
  body: string
  /** At most six. `command` is what the bot is told when the button is pressed, e.g. `销号 3`. */
  buttons: readonly { text: string; command: string }[]
  /** Unique for the app: letters, digits and `_-@`. */
  taskId: string
}

/** Page 90236 and the types of the official SDK 1.0.7, 2026. */
const MAX_BUTTONS = 6
const MAX_KEY_BYTES = 1024

const keySchema = z.strictObject({ group: platformId, command: z.string().min(1).max(200) })

/** What a pressed button asks for; `groupId` is undefined for a key that this server did not make. */
export interface Pressed {
  command: string
  groupId?: string
}

/**
 * The `button_interaction` card of an app message (page 90236). A key carries the group that its number belongs to,
 * since the card is pressed in private chat. Throws a CodedError where WeCom would refuse the card.
 */
export function buttonInteraction(card: Card, groupId: string): Record<string, unknown> {
  const { title, body, buttons, taskId } = card
  const keyed = buttons.map(({ text, command }) => ({
    text,
    style: 1,
    key: JSON.stringify({ group: groupId, command }),
  }))
  const fits = keyed.length > 0 && keyed.length <= MAX_BUTTONS && /^[\w@-]{1,128}$/.test(taskId)
  if (!fits || keyed.some(({ key }) => Buffer.byteLength(key) > MAX_KEY_BYTES)) {
    const hint = `按钮 1 到 ${MAX_BUTTONS} 个,按钮的指令和群编号合计不超过 ${MAX_KEY_BYTES} 字节`
    throw new CodedError('WECOM_CARD_INVALID', '卡片不符合企业微信的限制', { hint })
  }
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
  return parsed.success ? { command: parsed.data.command, groupId: parsed.data.group } : { command: key }
}
