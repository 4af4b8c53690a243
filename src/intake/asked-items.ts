import type { Kysely } from 'kysely'
import type { GroupMessage } from '../domain/message.ts'
import { isItemCommand, parseCommand } from '../ledger/command.ts'
import { groupKey } from '../store/groups.ts'
import { findItems } from '../store/ledger.ts'
import type { Tables } from '../store/tables.ts'
import type { GroupState } from './group-state.ts'

/** Brings the items that commands of the batch name by number and that are too long closed to be in sight. */
export async function bringAskedItems(
  trx: Kysely<Tables>,
  states: ReadonlyMap<string, GroupState>,
  messages: readonly GroupMessage[],
): Promise<void> {
  const asked = messages.flatMap(({ tenantId, groupId, addressesBot, text }) => {
    const command = addressesBot ? parseCommand(text) : null
    const items = states.get(groupKey({ tenantId, groupId }))?.items
    return command && isItemCommand(command) && !items?.has(command.number)
      ? [{ tenantId, groupId, number: command.number }]
      : []
  })
  if (asked.length === 0) return
  for (const { item, ...ref } of await findItems(trx, asked)) states.get(groupKey(ref))?.items.set(item.number, item)
}
