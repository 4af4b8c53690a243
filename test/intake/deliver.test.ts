import { expect, it } from 'vitest'
import type { Amendment } from '../../src/domain/message.ts'
import { readCursor } from '../../src/store/cursors.ts'
import { intakeOn, LEADER, MORNING, messageOf, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'

const ARCHIVE = { tenantId: 'default', channel: 'wecom-archive:main' }
const recalled = (messageId: string, groupId = 'g1'): Amendment => ({
  tenantId: 'default',
  groupId,
  messageId,
  at: MORNING + 60_000,
  change: { kind: 'recalled' },
})

onEachStore('a delivery of a channel', (stores) => {
  const opened = async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const stored = () =>
      store.db.selectFrom('messages').select(['message_id', 'text', 'edited_text', 'recalled_at', 'label']).execute()
    return { store, intake, stored }
  }

  it('stores its messages and moves its cursor, and a repeated one is known', async () => {
    const { store, intake, stored } = await opened()
    const messages = [messageOf(TASK, { by: LEADER }), messageOf('收到')]
    const first = await intake.deliver(ARCHIVE, { messages, cursor: '41' })
    const again = await intake.deliver(ARCHIVE, { messages, cursor: '42' })
    expect(first.map(({ duplicate }) => duplicate)).toEqual([false, false])
    expect(again.map(({ duplicate }) => duplicate)).toEqual([true, true])
    expect(await readCursor(store.db, ARCHIVE)).toBe('42')
    expect(await readCursor(store.db, { ...ARCHIVE, tenantId: 'other' })).toBeNull()
    expect(await stored()).toHaveLength(2)
  })

  it('moves no cursor where its messages cannot be stored', async () => {
    const { store, intake, stored } = await opened()
    await intake.deliver(ARCHIVE, { messages: [], cursor: '1' })
    const impossible = messageOf('今天的会议改到三点', { sentAt: Number.MAX_SAFE_INTEGER })
    await expect(
      intake.deliver(ARCHIVE, { messages: [messageOf(TASK), impossible], cursor: '2' }),
    ).rejects.toBeInstanceOf(Error)
    expect(await readCursor(store.db, ARCHIVE)).toBe('1')
    expect(await stored()).toEqual([])
  })

  it('gives every delivery its own receipts when many arrive at once', async () => {
    const { intake, stored } = await opened()
    const deliveries = Array.from({ length: 30 }, (_, i) => ({
      messages: Array.from({ length: i % 4 }, (_, k) => messageOf(`第${i}批第${k}条,井盖松了`)),
      cursor: `${i}`,
    }))
    const receipts = await Promise.all(deliveries.map((delivery) => intake.deliver(ARCHIVE, delivery)))
    expect(receipts.map((each) => each.length)).toEqual(deliveries.map(({ messages }) => messages.length))
    expect(await stored()).toHaveLength(deliveries.flatMap(({ messages }) => messages).length)
  })

  it('erases what a recalled message said and keeps that it was said, also when both come together', async () => {
    const { intake, stored } = await opened()
    const earlier = messageOf(TASK, { by: LEADER })
    await intake.accept(earlier)
    const now = messageOf('发错群了')
    await intake.deliver(ARCHIVE, {
      messages: [now],
      amendments: [recalled(earlier.messageId), recalled(now.messageId), recalled('never-heard'), recalled('x', 'g9')],
    })
    const rows = await stored()
    expect(rows.map(({ text }) => text)).toEqual(['', ''])
    expect(rows.every(({ recalled_at, label }) => recalled_at !== null && label !== null)).toBe(true)
  })

  it('keeps the words that were judged beside those of an edit, and a recall has the last word', async () => {
    const { intake, stored } = await opened()
    const message = messageOf(TASK, { by: LEADER })
    await intake.accept(message)
    const edit: Amendment = { ...recalled(message.messageId), change: { kind: 'edited', text: '改到周六' } }
    await intake.deliver(ARCHIVE, { messages: [], amendments: [edit] })
    expect((await stored())[0]).toMatchObject({ text: TASK, edited_text: '改到周六' })
    await intake.deliver(ARCHIVE, { messages: [], amendments: [recalled(message.messageId), edit] })
    expect((await stored())[0]).toMatchObject({ text: '', edited_text: null })
  })

  it('lets no recalled words be the context of what follows', async () => {
    const store = await stores.open()
    const seen: string[][] = []
    const { intake, rooms } = await intakeOn(store)
    const real = rooms.judgeOf('default')
    rooms.judgeOf = () => ({
      version: real.version,
      classify: (input) => {
        seen.push(input.context.map(({ text }) => text))
        return real.classify(input)
      },
    })
    const message = messageOf('3号井的水位报一下', { by: LEADER })
    await intake.accept(message)
    await intake.deliver(ARCHIVE, { messages: [], amendments: [recalled(message.messageId)] })
    await intake.accept(messageOf('两米六'))
    expect(seen.at(-1)).toEqual([''])
  })
})
