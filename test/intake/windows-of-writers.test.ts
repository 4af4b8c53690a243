import { expect, it } from 'vitest'
import type { GroupMessage } from '../../src/domain/message.ts'
import type { Store } from '../../src/store/database.ts'
import { intakeOn, messageOf } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'

const WRITERS = 8
const EACH = 30
const WINDOW = 5

/** Counts floods of 收到 in the group, of one sender, and of one text, without saying anything. */
const COUNTING = `name: 计数
mode: enforce
workHours: { days: everyday, from: "00:00", to: "23:59" }
bot: { quiet: ["00:00", "00:00"] }
rules:
  - id: of-group
    when: { text: 收到, count: ${WINDOW}, within: 1h }
    then: [record]
  - id: of-sender
    when: { text: 收到, count: ${WINDOW}, within: 1h, of: sender }
    then: [record]
  - id: of-text
    when: { text: 收到, count: ${WINDOW}, within: 1h, of: text }
    then: [record]
`

const by = (name: string) => ({ memberId: name, name, role: 'member' as const })

/** How often each rule was met. */
async function timesMet(store: Store): Promise<Record<string, number>> {
  const rows = await store.db
    .selectFrom('decisions')
    .select(['rule', (row) => row.fn.countAll<string>().as('times')])
    .groupBy('rule')
    .execute()
  return Object.fromEntries(rows.map(({ rule, times }) => [rule, Number(times)]))
}

onEachStore('windows of one group', (stores, kind) => {
  it('are counted exactly while 8 writers take in its messages at the same time', async () => {
    const store = await stores.open()
    const nodes = await Promise.all(
      Array.from({ length: WRITERS }, async (_, index) => {
        // An embedded store has one process: its writers share it, as concurrent callbacks do.
        const own = index === 0 || kind === 'embedded' ? store : await stores.reopen(store)
        return intakeOn(own, { policy: COUNTING })
      }),
    )
    const messages: GroupMessage[] = Array.from({ length: WRITERS * EACH }, (_, index) =>
      messageOf(index % 2 === 0 ? '收到' : '收到,谢谢', { by: by(`m${index % 6}`) }),
    )
    await Promise.all(
      messages.map((message, index) => (nodes[index % WRITERS] as (typeof nodes)[number]).intake.accept(message)),
    )

    const all = messages.length
    // 6 senders with 40 messages each, two texts with 120 each: every fifth of each completes a window.
    expect(await timesMet(store)).toEqual({
      'of-group': all / WINDOW,
      'of-sender': all / WINDOW,
      'of-text': all / WINDOW,
    })
    const { stored } = await store.db
      .selectFrom('messages')
      .select((row) => row.fn.countAll<string>().as('stored'))
      .executeTakeFirstOrThrow()
    expect(Number(stored)).toBe(all)
  }, 120_000)
})
