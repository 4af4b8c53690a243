import type { GroupMessage, Member } from '../../domain/message.ts'
import { parseCommand } from '../../ledger/command.ts'
import type { Order } from './order.ts'
import { peopleNamed } from './people-named.ts'
import { readOrder } from './read-order.ts'

/** Names of groups are compared without regard to width, case and spaces. */
export const plainName = (name: string): string => name.normalize('NFKC').toLowerCase().replace(/\s+/gu, '')

/**
 * The order that a message gives to the bot; null where it gives none. In a group, words that go on after an order are
 * ordinary ones unless they name this group or its people: 「启用 新系统」 is work, 「启用」 is an order.
 */
export function orderIn(
  message: Pick<GroupMessage, 'addressesBot' | 'chat' | 'text' | 'mentions' | 'groupName'>,
  group: { name: string | null; members: readonly Member[] },
): Order | null {
  if (!message.addressesBot) return null
  if (parseCommand(message.text || '帮助').name === 'help') return { name: 'help' }
  const order = readOrder(message.text)
  if (order === null || message.chat === 'single') return order
  if ('groupName' in order && order.groupName !== '') {
    const name = group.name ?? message.groupName ?? ''
    return plainName(name) === plainName(order.groupName) ? order : null
  }
  if (order.name === 'exempt' && order.people !== '' && !order.people.startsWith('@')) {
    return peopleNamed(order.people, message.mentions, group.members).unknown.length === 0 ? order : null
  }
  return order
}
