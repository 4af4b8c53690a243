import type { GroupMessage } from '../../domain/message.ts'
import { readAppealed } from '../../outbox/reminder-card.ts'

/** The word alone, or set off from its reason: 「申诉案件台账请周五前报」 is work, not an appeal. */
const APPEAL = /^\s*申诉\s*(?:$|[\s::,,。.!!]\s*(?<reason>.*)$)/su
/** Longer words are no appeal but a text about one. */
const LONGEST = 2000

/**
 * What is said with an appeal, maybe nothing; null where the text is none. Only in private, since in a group the answer
 * would tell everybody that this person was reminded; a button's command names its reminder and is answered to whoever
 * pressed it.
 */
export function readAppeal(message: GroupMessage): string | null {
  if (message.text.length > LONGEST) return null
  const match = APPEAL.exec(message.text)
  if (!match) return null
  const words = (match.groups?.reason ?? '').trim()
  return message.chat === 'single' || readAppealed(words).outboxId !== null ? words : null
}
