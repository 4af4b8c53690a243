import { expect, it } from 'vitest'
import type { GroupMessage } from '../../src/domain/message.ts'
import type { JudgeInput } from '../../src/domain/verdict.ts'
import { loadJudge } from '../../src/judge/load.ts'
import type { Store } from '../../src/store/database.ts'
import { findMessage } from '../../src/store/find-message.ts'
import { findGroup } from '../../src/store/groups.ts'
import { ENFORCED, intakeOn, LEADER, MORNING, messageOf, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'

const FROM = { tenantId: 'default', channel: 'feishu:main' }
const judge = loadJudge()

/** The real intake; what its judge is asked is written down. */
async function watchedIntake(store: Store) {
  const asked: JudgeInput[] = []
  const { intake, policies } = await intakeOn(store, {
    rooms: {
      judgeOf: () => ({
        ...judge,
        classify(input) {
          asked.push(input)
          return judge.classify(input)
        },
      }),
    },
  })
  await policies.set({ tenantId: 'other', groupId: '' }, ENFORCED, { author: 'test', reason: 'test' })
  const quotesSeen = () => asked.map(({ quote }) => quote)
  return { intake, quotesSeen }
}

const quoting = (messageId: string, text = '收到,周四前报。', changes: Partial<GroupMessage> = {}) =>
  messageOf(text, { quote: { messageId, text: '' }, ...changes })

const recallOf = ({ tenantId, groupId, messageId }: GroupMessage) => ({
  messages: [],
  amendments: [{ tenantId, groupId, messageId, at: MORNING + 60_000, change: { kind: 'recalled' as const } }],
})

async function storedQuote(store: Store, { tenantId, groupId, messageId }: GroupMessage) {
  const group = await findGroup(store.db, { tenantId, groupId })
  return group && (await findMessage(store.db, group, messageId))?.message.quote
}

onEachStore('a quote that names a message and not its words', (stores) => {
  it('is judged and kept with what that message said, and who said it', async () => {
    const store = await stores.open()
    const { intake, quotesSeen } = await watchedIntake(store)
    const task = messageOf(TASK, { by: LEADER })
    await intake.accept(task)
    const answer = quoting(task.messageId)
    await intake.accept(answer)
    expect(quotesSeen()).toEqual([undefined, TASK])
    expect(await storedQuote(store, answer)).toEqual({ messageId: task.messageId, senderId: 'chen', text: TASK })
  })

  it('finds a message of the same batch', async () => {
    const store = await stores.open()
    const { intake, quotesSeen } = await watchedIntake(store)
    const task = messageOf(TASK, { by: LEADER })
    await intake.deliver(FROM, { messages: [task, quoting(task.messageId)] })
    expect(quotesSeen()).toEqual([undefined, TASK])
  })

  it('stays empty where the message is not known in this group and tenant, or was recalled', async () => {
    const store = await stores.open()
    const { intake, quotesSeen } = await watchedIntake(store)
    const task = messageOf(TASK, { by: LEADER, messageId: 'same-id' })
    await intake.accept(task)
    await intake.accept(quoting('same-id', '收到。', { groupId: 'g2' }))
    await intake.accept(quoting('same-id', '收到。', { tenantId: 'other' }))
    await intake.accept(quoting('never-heard'))
    await intake.deliver(FROM, recallOf(task))
    await intake.accept(quoting('same-id'))
    expect(quotesSeen()).toEqual([undefined, '', '', '', ''])
  })

  it('leaves words alone that the platform gave', async () => {
    const store = await stores.open()
    const { intake, quotesSeen } = await watchedIntake(store)
    const task = messageOf(TASK, { by: LEADER })
    await intake.accept(task)
    await intake.accept(messageOf('收到。', { quote: { messageId: task.messageId, text: '请各村…' } }))
    expect(quotesSeen()).toEqual([undefined, '请各村…'])
  })

  it('shows the words as edited since', async () => {
    const store = await stores.open()
    const { intake, quotesSeen } = await watchedIntake(store)
    const task = messageOf(TASK, { by: LEADER })
    const { tenantId, groupId, messageId } = task
    const change = { kind: 'edited' as const, text: '请各村周四下午5点前报台账。' }
    await intake.deliver(FROM, {
      messages: [task],
      amendments: [{ tenantId, groupId, messageId, at: MORNING + 1, change }],
    })
    await intake.accept(quoting(messageId))
    expect(quotesSeen()[1]).toBe(change.text)
  })

  it('is filled for each of a batch', async () => {
    const store = await stores.open()
    const { intake, quotesSeen } = await watchedIntake(store)
    const tasks = Array.from({ length: 30 }, (_, n) => messageOf(`请第 ${n} 组周五前报台账。`, { by: LEADER }))
    await intake.deliver(FROM, { messages: tasks })
    await intake.deliver(FROM, { messages: tasks.map(({ messageId }) => quoting(messageId)) })
    expect(quotesSeen().slice(30)).toEqual(tasks.map(({ text }) => text))
  })

  it('gives its words up when that message is recalled', async () => {
    const store = await stores.open()
    const { intake } = await watchedIntake(store)
    const task = messageOf(TASK, { by: LEADER })
    const other = messageOf('请各组报名单。', { by: LEADER })
    const [answer, bystander] = [quoting(task.messageId), quoting(other.messageId)]
    await intake.deliver(FROM, { messages: [task, other, answer, bystander] })
    await intake.deliver(FROM, recallOf(task))
    expect(await storedQuote(store, answer)).toEqual({ messageId: task.messageId, text: '' })
    expect((await storedQuote(store, bystander))?.text).toBe('请各组报名单。')
  })
})
