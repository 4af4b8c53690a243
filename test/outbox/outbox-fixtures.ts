import type { Channel } from '../../src/adapters/adapter.ts'
import type { SendResult } from '../../src/domain/outbound.ts'
import type { Store } from '../../src/store/database.ts'
import type { OutboxEntry } from '../../src/store/outbox.ts'
import { MORNING } from '../helpers/intake.ts'

let serial = 0

/** A reminder that waits in the outbox; every call makes a new one. */
export function outboxEntry(changes: Partial<OutboxEntry> = {}): OutboxEntry {
  serial++
  return {
    tenantId: 'default',
    groupId: 'g1',
    outboxId: `o${serial}`,
    cause: `no-boasting:remind-sender:m${serial}`,
    messageId: `m${serial}`,
    audience: { kind: 'member', memberId: 'limei' },
    purpose: 'reminder',
    channel: 'test',
    body: '工作群里只说要办的事。',
    state: 'queued',
    held: null,
    notBefore: MORNING,
    expiresAt: MORNING + 86_400_000,
    createdAt: MORNING,
    ...changes,
  }
}

type Sent = Parameters<Channel['send']>[0]

/** A way out whose platform answers as scripted, and `sent` once the script is used up. */
export function scriptedChannel(
  script: readonly (SendResult | Error)[] = [],
  maxBytes = 2048,
): { channels: ReadonlyMap<string, Channel>; calls: Sent[]; arrived: Sent[] } {
  const answers = [...script]
  const calls: Sent[] = []
  const arrived: Sent[] = []
  const channel: Channel = {
    name: 'test',
    maxBytes,
    reaches: () => true,
    send: async (message) => {
      calls.push(message)
      const answer = answers.shift() ?? { status: 'sent', receipt: null }
      if (answer instanceof Error) throw answer
      if (answer.status === 'sent') arrived.push(message)
      return answer
    },
  }
  return { channels: new Map([['test', channel]]), calls, arrived }
}

/** An entry as it lies in the store. */
export const stored = (store: Store, { outboxId }: { outboxId: string }) =>
  store.db.selectFrom('outbox').selectAll().where('outbox_id', '=', outboxId).executeTakeFirstOrThrow()
