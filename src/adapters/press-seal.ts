import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../net/parse-json.ts'
import { equalInConstantTime } from './constant-time.ts'
import { platformId } from './text.ts'

/** What a button on a card carries to the platform and back. Short names: it stands in every button. */
const pressSchema = z.looseObject({
  /** The group that the command is for; a card may be pressed in private chat. */
  g: platformId,
  c: z.string().min(1).max(200),
  /** The only member who may press it; absent where whoever sees the card may. */
  m: platformId.optional(),
  /** Said in private chat with the bot, not in that group (`CardButton.inPrivate`). */
  p: z.literal(true).optional(),
})
export type Press = z.output<typeof pressSchema>

/** Vouches that a button is ours, unchanged and meant for that group: a client may send back anything. */
export interface PressSeal {
  seal(press: Press): string
  /** Null for what this server has not sealed, or not with this secret. */
  open(text: string): Press | null
}

/** 128 bits in base64url. */
const MAC_LENGTH = 22

/** A seal of the secret that platform and server share. The text stays readable; it is signed, not hidden. */
export function createPressSeal(secret: string): PressSeal {
  const macOf = (json: string) =>
    createHmac('sha256', `button:${secret}`).update(json).digest('base64url').slice(0, MAC_LENGTH)
  return {
    seal(press) {
      const json = JSON.stringify(press)
      return macOf(json) + json
    },
    open(text) {
      const json = text.slice(MAC_LENGTH)
      if (!equalInConstantTime(text.slice(0, MAC_LENGTH), macOf(json))) return null
      return pressSchema.safeParse(parseJson(json)).data ?? null
    },
  }
}
