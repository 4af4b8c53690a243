import type { Card } from '../domain/card.ts'

/** What a button of a reminder adds to the word 申诉, so that the appeal is against this very reminder. */
const REFERENCE = /^#(?<outboxId>[\w-]{1,64})(?:\s+(?<reason>.*))?$/su

/** The card of a private reminder: one button that appeals against it. */
export const reminderCard = (outboxId: string): Card => ({
  title: '清群提醒',
  buttons: [{ text: '申诉', command: `申诉 #${outboxId}`, inPrivate: true }],
})

/** Takes what follows the word 申诉 apart; `outboxId` is null where it names no reminder. */
export function readAppealed(words: string): { outboxId: string | null; reason: string } {
  const named = REFERENCE.exec(words)?.groups
  return { outboxId: named?.outboxId ?? null, reason: named ? (named.reason ?? '').trim() : words }
}
