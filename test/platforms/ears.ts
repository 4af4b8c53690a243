import type { Delivery, Ears, ListenerNote, Receipt } from '../../src/adapters/adapter.ts'
import type { Amendment, GroupMessage } from '../../src/domain/message.ts'

export interface ListeningEars extends Ears {
  /** What was stored, each message once. */
  messages: GroupMessage[]
  amendments: Amendment[]
  notes: ListenerNote[]
  /** How often something was handed over, refusals counted. */
  deliveries: Delivery[]
  kept: string | null
  /** The next deliveries fail, this many of them. */
  refuse: number
  /** Holds deliveries back until it resolves. */
  gate: Promise<void>
  /** What the bot answers to each new message. */
  answer: string | null
}

/** The server as a listener sees it: stores each message once, and remembers what it was told. */
export function createEars(): ListeningEars {
  const known = new Set<string>()
  const ears: ListeningEars = {
    messages: [],
    amendments: [],
    notes: [],
    deliveries: [],
    kept: null,
    refuse: 0,
    gate: Promise.resolve(),
    answer: null,
    async deliver(delivery): Promise<readonly Receipt[]> {
      ears.deliveries.push(delivery)
      await ears.gate
      if (ears.refuse > 0) {
        ears.refuse--
        throw new Error('the store is out of order')
      }
      if (delivery.cursor !== undefined) ears.kept = delivery.cursor
      ears.amendments.push(...(delivery.amendments ?? []))
      return delivery.messages.map((message) => {
        const key = JSON.stringify([message.tenantId, message.groupId, message.messageId])
        const duplicate = known.has(key)
        known.add(key)
        if (!duplicate) ears.messages.push(message)
        return { duplicate, answers: ears.answer === null ? [] : [ears.answer] }
      })
    },
    cursor: async () => ears.kept,
    tell: (note) => void ears.notes.push(note),
  }
  return ears
}
