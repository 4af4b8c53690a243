import { z } from 'zod'
import { PRESS } from './press.ts'

/** A moment in milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number

/** Where the time comes from; a parameter everywhere, so that a week replays in a second. */
export type Clock = () => EpochMs

export const ROLES = ['leader', 'member'] as const
/** `leader` issues work to the group (superior department, group owner, supervisor); `member` receives it. */
export type Role = (typeof ROLES)[number]

/** The longest text that is judged, in UTF-16 code units; a longer one is refused by the adapters. */
export const MAX_TEXT = 20_000

const id = z.string().min(1).max(256)

/** Somebody who is addressed with `@` in a message. `everyone` stands for `@所有人`. */
export const mentionSchema = z.object({
  memberId: id.optional(),
  name: z.string().max(256).optional(),
  everyone: z.boolean().optional(),
})
export type Mention = z.infer<typeof mentionSchema>

/**
 * A message of a group, as every adapter hands it to intake.
 * `(tenantId, groupId, messageId)` identifies it: a second delivery of the same triple has no effect.
 */
export const groupMessageSchema = z.object({
  tenantId: id,
  groupId: id,
  messageId: id,
  /** The adapter that heard it, e.g. `wecom`. */
  adapter: z.string().min(1).max(64),
  /** The configured instance of that adapter, the `:id` of `/callbacks/:adapter/:id`. */
  channelId: id,
  /** `single` is a private conversation with the bot: it is answered, never governed. */
  chat: z.enum(['group', 'single']),
  groupName: z.string().max(256).optional(),
  sentAt: z.number().int(),
  sender: z.object({ memberId: id, name: z.string().max(256).optional(), role: z.enum(ROLES).optional() }),
  /** `unsupported`: the platform sent a type without text; it is kept and not judged. */
  kind: z.enum(['text', 'unsupported']),
  /** The text as clients show it, media as `[图片]`, the mention of the bot itself removed. */
  text: z.string().max(MAX_TEXT),
  mentions: z.array(mentionSchema),
  /** The bot itself was mentioned, or this is its private conversation. */
  addressesBot: z.boolean(),
  quote: z.object({ messageId: id.optional(), senderId: id.optional(), text: z.string() }).optional(),
})
export type GroupMessage = z.infer<typeof groupMessageSchema>

/** True where nobody typed the message: its words are those of a button, and nobody else in the group sees them. */
export const isPress = ({ messageId }: Pick<GroupMessage, 'messageId'>): boolean => messageId.startsWith(PRESS)

/** What became of a message after it was sent. The message may be one that the bot never heard. */
export interface Amendment {
  tenantId: string
  groupId: string
  messageId: string
  at: EpochMs
  /** `recalled`: what it said is erased, that it was said is kept. `edited`: the new text. */
  change: { kind: 'recalled' } | { kind: 'edited'; text: string }
}

/** A member of a group as far as the bot knows one. */
export interface Member {
  memberId: string
  name: string
  role: Role
}
