import { expect, it } from 'vitest'
import { DAY_MS } from '../../src/domain/calendar.ts'
import { labelCounts } from '../../src/store/messages.ts'
import { BOAST, intakeOn, LEADER, MORNING, messageOf, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'

const GROUP = { tenantId: 'default', groupId: 'g1' }
const MIDNIGHT = Date.parse('2026-11-25T00:00:00+08:00')

onEachStore('label counts', (stores) => {
  it('add up to the messages, by the day in China, each message once', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const texts = [
      TASK,
      BOAST,
      '收到',
      '哈哈,中午吃什么',
      '今天的会议改到三点,请知悉。',
      '抽水泵坏了,二号地块排不出水。',
    ]
    const messages = Array.from({ length: 48 }, (_, index) =>
      messageOf(texts[index % texts.length] as string, {
        by: index % 6 === 0 ? LEADER : undefined,
        groupId: index % 4 === 3 ? 'g2' : 'g1',
        sentAt: MORNING - DAY_MS + (Math.floor(index / 6) % 3) * DAY_MS + index,
      }),
    )
    const question = messageOf('帮助', { addressesBot: true, sentAt: MORNING })
    await Promise.all([...messages, ...messages.slice(0, 10), question].map((message) => intake.accept(message)))
    await Promise.all(messages.slice(20, 30).map((message) => intake.accept(message)))

    const judged = await store.db
      .selectFrom('messages')
      .select('label')
      .where('group_id', '=', 'g1')
      .where('label', 'is not', null)
      .where('sent_at', '>=', new Date(MIDNIGHT))
      .where('sent_at', '<', new Date(MIDNIGHT + DAY_MS))
      .execute()
    const expected = new Map<string, number>()
    for (const { label } of judged) expected.set(`${label}`, (expected.get(`${label}`) ?? 0) + 1)
    expect(await labelCounts(store.db, GROUP, MIDNIGHT, MIDNIGHT + DAY_MS)).toEqual(expected)
    expect(expected.size).toBeGreaterThan(2)

    const all = await labelCounts(store.db, GROUP, MIDNIGHT - 7 * DAY_MS, MIDNIGHT + 7 * DAY_MS)
    expect([...all.values()].reduce((sum, count) => sum + count, 0)).toBe(36)
  })

  it('belong to the day that begins at midnight in China', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(BOAST, { sentAt: MIDNIGHT - 1 }))
    await intake.accept(messageOf(BOAST, { sentAt: MIDNIGHT }))
    const counts = async (from: number) => [...(await labelCounts(store.db, GROUP, from, from + DAY_MS)).values()]
    expect([await counts(MIDNIGHT - DAY_MS), await counts(MIDNIGHT)]).toEqual([[1], [1]])
  })
})
