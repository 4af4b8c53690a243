import { sql } from 'kysely'
import { expect, it, vi } from 'vitest'
import { lockKnown } from '../../../src/store/groups.ts'
import { BOAST, intakeOn, LEADER, MORNING, messageOf, TASK } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { appealsIn, ask, DEPUTY, GROUP, LIMEI, outcomesTo, privately, reminded, sayAll, wordsTo } from './case.ts'

const POLICY = `name: 测试
mode: enforce
workHours: { days: everyday, from: "00:00", to: "23:59" }
bot: { groupPostsPerDay: 2, remindersPerPersonPerWeek: 50, quiet: ["00:00", "00:00"] }
rules:
  - id: no-boasting
    when: { label: boast, confidence: 0.8 }
    then: [remind-sender]
`
const CASES = 4

/** Longer than all of it takes, and shorter than a suite that hangs: two that wait for each other would be seen here. */
const IN_TIME = { timeout: 60_000 }

onEachStore('appeals of one group decided on several nodes', (stores, kind) => {
  if (kind === 'embedded') {
    it('are decided once each while messages come in, by whichever leader is first', IN_TIME, async () => {
      const store = await stores.open()
      const { intake } = await intakeOn(store, { policy: POLICY })
      await decideAllAtOnce([intake, intake, intake], store)
    })
    return
  }

  it('are decided once each while messages come in, and nobody waits for anybody for ever', IN_TIME, async () => {
    const store = await stores.open()
    const others = await Promise.all([stores.reopen(store), stores.reopen(store)])
    const nodes = await Promise.all([store, ...others].map((each) => intakeOn(each, { policy: POLICY })))
    await decideAllAtOnce(
      nodes.map(({ intake }) => intake),
      store,
    )
  })

  it(
    'are decided with the locks taken in their order: whoever holds the group still gets the conversation',
    IN_TIME,
    async () => {
      const store = await stores.open()
      const { intake } = await intakeOn(store, { policy: POLICY })
      const other = await stores.reopen(store)
      await reminded(store, intake)
      await ask(intake, '申诉', LIMEI)
      await ask(intake, '申诉列表', LEADER)
      const isWaiting = async () => {
        const { rows } = await sql<{ waiting: number }>`
        select count(*)::integer as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(store.db)
        expect(rows[0]?.waiting).toBe(1)
      }
      const deciding = await other.db.transaction().execute(async (trx) => {
        await lockKnown(trx, [GROUP])
        const answer = ask(intake, '同意申诉 1', LEADER)
        await vi.waitFor(isWaiting, { timeout: 20_000, interval: 20 })
        const conversation = { tenantId: 'default', groupId: `single:${LEADER.memberId}` }
        expect(await lockKnown(trx, [conversation])).toHaveLength(1)
        return { answer }
      })
      expect(await deciding.answer).toContain('已同意')
    },
  )

  it('are counted no more by a node that remembers the group from before', IN_TIME, async () => {
    const store = await stores.open()
    const policy = POLICY.concat(
      '  - id: boasting-flood\n    when: { label: boast, count: 3, within: 1d }\n    then: [note-owner]\n',
    )
    const remembering = await intakeOn(store, { policy })
    const deciding = await intakeOn(await stores.reopen(store), { policy })
    await reminded(store, remembering.intake)
    await remembering.intake.accept(messageOf(`${BOAST}!`))
    await sayAll(store)
    await ask(deciding.intake, '申诉', LIMEI)
    expect(await ask(deciding.intake, '同意申诉 1', LEADER)).toContain('已同意')
    await remembering.intake.accept(messageOf(`${BOAST}!!`, { messageId: 'third' }))

    const flood = await store.db.selectFrom('decisions').select('rule').where('rule', '=', 'boasting-flood').execute()
    expect(flood).toEqual([])
  })
})

type Node = Awaited<ReturnType<typeof intakeOn>>['intake']

/** Leaders decide all cases against each other while everybody talks; then what is stored is counted. */
async function decideAllAtOnce(nodes: readonly Node[], store: Parameters<typeof sayAll>[0]) {
  const [first = missing(), second = missing(), third = missing()] = nodes
  await first.accept(messageOf('大家好', { by: LEADER }))
  await first.accept(messageOf('大家好', { by: DEPUTY }))
  for (let index = 0; index < CASES; index++) {
    await reminded(store, first, { text: `${BOAST}${'!'.repeat(index)}` })
    expect(await ask(first, '申诉', LIMEI)).toContain('申诉已记下')
  }
  const numbers = (await appealsIn(store)).map(({ number }) => number)
  expect(numbers).toHaveLength(CASES)

  const deciding = numbers.flatMap((number) => [
    ask(second, `同意申诉 ${number} 通知`, LEADER),
    ask(third, `驳回申诉 ${number} 不合适`, DEPUTY),
  ])
  // Deliveries that hold a group and a private conversation at once, in either order, are what two could wait over.
  const talking = Array.from({ length: 9 }, (_, index) => {
    const both = [messageOf(`${TASK}(${index})`, { by: LEADER }), privately('我的任务', index % 2 ? LEADER : DEPUTY)]
    const node = nodes[index % nodes.length] ?? first
    const messages = index % 3 ? both : both.toReversed()
    return node.deliver({ tenantId: 'default', channel: 'test:main' }, { messages })
  })
  const answers = await Promise.all(deciding)
  await Promise.all(talking)

  const appeals = await appealsIn(store)
  expect(appeals.every(({ state, decided_by }) => state !== 'open' && decided_by !== null)).toBe(true)
  for (const [index, appeal] of appeals.entries()) {
    const [upheld = '', rejected = ''] = answers.slice(2 * index, 2 * index + 2)
    const [won, lost] = appeal.state === 'upheld' ? [upheld, rejected] : [rejected, upheld]
    expect(won).toMatch(/已同意|已驳回/)
    expect(lost).toMatch(/^第 \d+ 号申诉此前已由(陈主任|林副主任)(同意|驳回),没有改动。$/)
  }
  expect(await outcomesTo(store, 'limei')).toHaveLength(CASES)
  const upheld = appeals.filter(({ state }) => state === 'upheld').map(({ message_id }) => message_id)
  const labels = await store.db
    .selectFrom('messages')
    .select(['message_id', 'label'])
    .where('group_id', '=', GROUP.groupId)
    .where('label', '=', 'notice')
    .where('message_id', 'in', ['', ...upheld])
    .execute()
  expect(labels).toHaveLength(upheld.length)
  const counted = await store.db
    .selectFrom('label_counts')
    .select('messages')
    .where('group_id', '=', GROUP.groupId)
    .where('label', '=', 'boast')
    .executeTakeFirstOrThrow()
  expect(counted.messages).toBe(CASES - upheld.length)
  const waiting = (await wordsTo(store, 'chen')).filter(({ state }) => state === 'queued')
  expect(waiting.filter(({ cause }) => cause.startsWith('appeal:no-boasting'))).toEqual([])
  expect(appeals.every(({ at }) => at.getTime() >= MORNING)).toBe(true)
}

function missing(): never {
  throw new Error('a node is missing')
}
