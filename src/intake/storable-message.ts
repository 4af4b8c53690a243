import type { GroupMessage } from '../domain/message.ts'
import { storableJson } from '../store/rows.ts'

const isPlain = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/**
 * The message with every text in a form that the store keeps as it is (`storable`), so that what is judged, stored
 * and looked up again are one and the same.
 */
export function storableMessage(message: GroupMessage): GroupMessage {
  const texts = [message.messageId, message.groupId, message.sender.memberId, message.text, message.sender.name ?? '']
  if (texts.every(isPlain) && !message.quote && message.mentions.length === 0 && isPlain(message.groupName ?? ''))
    return message
  return JSON.parse(storableJson(message)) as GroupMessage
}
