import type { GroupMessage } from '../domain/message.ts'
import { storableJson } from '../store/rows.ts'

const isPlain = (text: string | undefined): boolean =>
  text === undefined || (text.isWellFormed() && !text.includes('\0'))

/**
 * The message with every text in a form that the store keeps as it is (`storable`), so that what is judged, stored
 * and looked up again are one and the same.
 */
export function storableMessage(message: GroupMessage): GroupMessage {
  const { messageId, groupId, groupName, sender, text, mentions, quote } = message
  const arePlain =
    [messageId, groupId, groupName, sender.memberId, sender.name, text].every(isPlain) &&
    mentions.every((mention) => isPlain(mention.memberId) && isPlain(mention.name)) &&
    [quote?.messageId, quote?.senderId, quote?.text].every(isPlain)
  return arePlain ? message : (JSON.parse(storableJson(message)) as GroupMessage)
}
