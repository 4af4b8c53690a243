import type { GroupMessage } from '../../domain/message.ts'
import { readOrder } from './read-order.ts'

/** The appeals that messages decide on, by their numbers. */
export const appealsDecided = (
  messages: readonly Pick<GroupMessage, 'tenantId' | 'addressesBot' | 'text'>[],
): { tenantId: string; number: number }[] =>
  messages.flatMap(({ tenantId, addressesBot, text }) => {
    const order = addressesBot ? readOrder(text) : null
    return order?.name === 'decide-appeal' ? [{ tenantId, number: order.number }] : []
  })
