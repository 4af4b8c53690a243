import { openStore } from '../../src/store/database.ts'

/** One thing that was to be said. */
export interface OutboxRow {
  messageId: string | null
  recipient: string
  purpose: string
  state: string
}

/** What a server left in its embedded store. */
export interface StoreContents {
  /** How often each message id is stored. */
  messages: ReadonlyMap<string, number>
  outbox: readonly OutboxRow[]
}

/** Reads the embedded store in `folder`, whose server must have ended. */
export async function readStore(folder: string): Promise<StoreContents> {
  const store = await openStore({ kind: 'embedded', folder })
  try {
    const ids = await store.db.selectFrom('messages').select('message_id').execute()
    const outbox = await store.db
      .selectFrom('outbox')
      .select(['message_id as messageId', 'recipient', 'purpose', 'state'])
      .execute()
    const messages = new Map<string, number>()
    for (const { message_id } of ids) messages.set(message_id, (messages.get(message_id) ?? 0) + 1)
    return { messages, outbox }
  } finally {
    await store.close()
  }
}

/** Acknowledged ids that are missing, and stored ones that are there more than once. */
export function messageFaults(acknowledged: Iterable<string>, stored: ReadonlyMap<string, number>) {
  const lost = [...acknowledged].filter((id) => !stored.has(id))
  const doubled = [...stored].filter(([, copies]) => copies > 1).map(([id]) => id)
  return { lost, doubled }
}
