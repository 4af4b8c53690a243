import { expect, it } from 'vitest'
import { DAY_MS, startOfDay } from '../../src/domain/calendar.ts'
import type { Judge, JudgeInput } from '../../src/domain/verdict.ts'
import { type CorrectionRequest, recordCorrection } from '../../src/intake/correct.ts'
import { withdrawCorrection } from '../../src/intake/withdraw-correction.ts'
import { loadJudge } from '../../src/judge/load.ts'
import { appealsOf, decideOpen } from '../../src/store/appeals.ts'
import { correctionsOn, listCorrections, standingCorrections } from '../../src/store/corrections.ts'
import type { Store } from '../../src/store/database.ts'
import { decisionsBySender } from '../../src/store/decisions.ts'
import { labelCounts, shownMessages } from '../../src/store/messages.ts'
import { rewriteVerdict } from '../../src/store/verdicts.ts'
import { BOAST, ENFORCED, intakeOn, LEADER, MORNING, messageOf, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'

const GROUP = { tenantId: 'default', groupId: 'g1' }
const TODAY = startOfDay(MORNING)

let serial = 0
const world = { now: () => MORNING, newId: () => `c${++serial}` }
const correct = (store: Store, messageId: string, changes: Partial<CorrectionRequest> = {}) =>
  recordCorrection(
    store.db,
    { ...GROUP, about: { messageId }, label: 'notice', flags: null, by: '陈主任', reason: '是通知', ...changes },
    world,
  )
const withdraw = (store: Store, correctionId: string, tenantId = 'default') =>
  withdrawCorrection(store.db, { tenantId, correctionId, by: '林副主任' }, () => MORNING + 1)
const messages = (store: Store) => store.db.selectFrom('messages').selectAll().orderBy('position').execute()
const counts = (store: Store) => labelCounts(store.db, GROUP, TODAY, TODAY + DAY_MS)

/** The shipped judge, which notes what it is asked. */
function noting(): { judge: Judge; asked: JudgeInput[] } {
  const { version, classify } = loadJudge()
  const asked: JudgeInput[] = []
  const judge: Judge = {
    version,
    classify: (input) => {
      asked.push(input)
      return classify(input)
    },
  }
  return { judge, asked }
}

onEachStore('a correction', (stores) => {
  it('keeps what the judge saw, what it said and what is right, with who says so, when and why', async () => {
    const store = await stores.open()
    const { judge, asked } = noting()
    const { intake } = await intakeOn(store, { rooms: { judgeOf: () => judge } })
    for (let i = 0; i < 10; i++) await intake.accept(messageOf(`第${i}条`, { by: i % 2 === 0 ? LEADER : undefined }))
    const late = messageOf('迟到的一条', { sentAt: MORNING - 60_000 })
    const quote = { messageId: 'x', text: '请报送' }
    const boast = messageOf(BOAST, { quote })
    await intake.accept(boast)
    await intake.accept(late)
    const [, , , , , , , , , , said] = await messages(store)
    const { correction, changed } = await correct(store, boast.messageId, { flags: ['document'] })

    expect(changed).toBe(true)
    expect(correction.seen).toEqual(asked.at(-2))
    expect(correction.seen.context).toHaveLength(8)
    expect(correction).toMatchObject({
      ...GROUP,
      messageId: boast.messageId,
      said: { label: 'boast', confidence: said?.confidence, flags: said?.flags },
      saidBy: judge.version,
      label: 'notice',
      flags: ['document'],
      source: 'admin',
      appealId: null,
      madeBy: '陈主任',
      reason: '是通知',
      madeAt: MORNING,
      withdrawn: null,
    })
    expect(await listCorrections(store.db, 'default')).toEqual([correction])
    const { correction: ofLate } = await correct(store, late.messageId)
    expect(ofLate.seen).toEqual(asked.at(-1))
  })

  it('takes the place of the verdict, and moves the count of its day along', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boast = messageOf(BOAST)
    await intake.accept(boast)
    expect(await counts(store)).toEqual(new Map([['boast', 1]]))
    const { correction } = await correct(store, boast.messageId, { flags: ['meeting'] })

    const [shown] = await shownMessages(store.db, GROUP, 10)
    expect(shown?.verdict).toMatchObject({
      label: 'notice',
      confidence: 1,
      flags: ['meeting'],
      evidence: [{ rule: 'correction', reason: expect.stringMatching(/陈主任.*信息通知.*晒成绩/) }],
    })
    expect((await messages(store))[0]?.judged_by).toBe(`correction:${correction.correctionId}`)
    expect((await counts(store)).get('notice')).toBe(1)
    expect((await counts(store)).get('boast')).toBe(0)
  })

  it('is made once, however often and however simultaneously the same person says the same', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boast = messageOf(BOAST)
    await intake.accept(boast)
    const made = await Promise.all(Array.from({ length: 5 }, () => correct(store, boast.messageId)))

    expect(made.filter(({ changed }) => changed)).toHaveLength(1)
    expect(new Set(made.map(({ correction }) => correction.correctionId)).size).toBe(1)
    expect(await listCorrections(store.db, 'default')).toHaveLength(1)
  })

  it('withdraws the earlier one of the same person, and still knows what the judge had said', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boast = messageOf(BOAST)
    await intake.accept(boast)
    const first = (await correct(store, boast.messageId)).correction
    const second = (await correct(store, boast.messageId, { label: 'progress' })).correction

    expect(second).toMatchObject({ said: first.said, saidBy: first.saidBy, seen: first.seen })
    const all = await listCorrections(store.db, 'default')
    expect(all).toEqual([{ ...first, withdrawn: { by: '陈主任', at: MORNING } }, second])
    expect(await standingCorrections(store.db, 'default')).toEqual([second])
  })

  it('leaves the message to the last who still stands by his word, and at the end to its judge', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boast = messageOf(BOAST)
    await intake.accept(boast)
    const [before] = await messages(store)
    const chen = (await correct(store, boast.messageId)).correction
    const lin = (await correct(store, boast.messageId, { by: '林副主任', label: 'chatter' })).correction
    expect(await standingCorrections(store.db, 'default')).toEqual([lin])

    const undone = await withdraw(store, lin.correctionId)
    expect(undone).toEqual({
      correction: { ...lin, withdrawn: { by: '林副主任', at: MORNING + 1 } },
      changed: true,
    })
    expect((await messages(store))[0]).toMatchObject({ label: 'notice', judged_by: `correction:${chen.correctionId}` })
    await withdraw(store, chen.correctionId)
    expect((await messages(store))[0]).toEqual(before)
    expect([...(await counts(store))].filter(([, count]) => count > 0)).toEqual([['boast', 1]])
    expect(await standingCorrections(store.db, 'default')).toEqual([])
    expect(await listCorrections(store.db, 'default')).toHaveLength(2)

    expect((await withdraw(store, chen.correctionId)).changed).toBe(false)
    const again = await correct(store, boast.messageId)
    expect(again).toMatchObject({ changed: true, correction: { said: chen.said } })
  })

  it('is what a running intake goes on from', async () => {
    const store = await stores.open()
    const twice = 'when: { label: boast, confidence: 0.8, count: 2, within: 1d }'
    const policy = ENFORCED.replace('when: { label: boast, confidence: 0.8 }', twice)
    const { intake } = await intakeOn(store, { policy })
    const first = messageOf(BOAST)
    await intake.accept(first)
    await correct(store, first.messageId)
    await intake.accept(messageOf(BOAST))
    expect(await store.db.selectFrom('decisions').selectAll().execute()).toEqual([])
    await intake.accept(messageOf(BOAST))
    expect(await store.db.selectFrom('decisions').selectAll().execute()).toHaveLength(1)
  })

  it('takes back what rules decided on the wrong word, and says nothing that still waits', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const [wrong, right] = [messageOf(BOAST), messageOf(BOAST)]
    await intake.accept(wrong)
    await intake.accept(right)
    await correct(store, wrong.messageId)
    await correct(store, right.messageId, { label: 'boast' })

    const outbox = await store.db.selectFrom('outbox').select(['message_id', 'state', 'held']).execute()
    expect(new Map(outbox.map(({ message_id, state, held }) => [message_id, [state, held]]))).toEqual(
      new Map([
        [wrong.messageId, ['held', 'corrected']],
        [right.messageId, ['queued', null]],
      ]),
    )
    const since = MORNING - DAY_MS
    const sender = { ...GROUP, senderId: 'limei', simulated: false }
    expect(await decisionsBySender(store.db, [sender], since, 10)).toMatchObject([{ messageId: right.messageId }])
  })

  it('is not undone by who would replace the verdict that it has replaced', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boast = messageOf(BOAST)
    await intake.accept(boast)
    const { correction } = await correct(store, boast.messageId)
    const replaced = await store.db
      .transaction()
      .execute((trx) =>
        rewriteVerdict(trx, boast, { replaces: correction.saidBy, verdict: correction.said, judgedBy: 'somebody' }),
      )
    expect(replaced).toBe(false)
    expect((await messages(store))[0]?.label).toBe('notice')
  })

  it('is refused for what is not known or was never judged, and nothing is written', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const single = messageOf('帮助', { chat: 'single', groupId: 'single:limei', addressesBot: true })
    const command = messageOf('任务清单', { addressesBot: true })
    await intake.accept(single)
    await intake.accept(command)

    await expect(correct(store, 'm', { groupId: 'g9' })).rejects.toMatchObject({
      code: 'GROUP_UNKNOWN',
      hint: expect.stringContaining('g1'),
    })
    await expect(correct(store, 'nothing')).rejects.toMatchObject({ code: 'MESSAGE_UNKNOWN' })
    await expect(correct(store, command.messageId)).rejects.toMatchObject({ code: 'MESSAGE_NOT_JUDGED' })
    await expect(correct(store, single.messageId, { groupId: 'single:limei' })).rejects.toMatchObject({
      code: 'MESSAGE_NOT_JUDGED',
    })
    await expect(withdraw(store, 'nothing')).rejects.toMatchObject({ code: 'CORRECTION_UNKNOWN' })
    expect(await listCorrections(store.db, 'default')).toEqual([])
  })

  it('of one tenant is not seen, not learnt from and not withdrawn by another, even under the same ids', async () => {
    const store = await stores.open()
    const { intake, policies } = await intakeOn(store)
    await policies.set({ tenantId: 'other', groupId: '' }, ENFORCED, { author: 'test', reason: 'test' })
    const ours = messageOf(BOAST, { messageId: 'same' })
    await intake.accept(ours)
    await intake.accept({ ...ours, tenantId: 'other' })
    const { correction } = await correct(store, 'same')

    const theirs = await shownMessages(store.db, { ...GROUP, tenantId: 'other' }, 10)
    expect(theirs[0]?.verdict?.label).toBe('boast')
    expect(await listCorrections(store.db, 'other')).toEqual([])
    expect(await standingCorrections(store.db, 'other')).toEqual([])
    await expect(withdraw(store, correction.correctionId, 'other')).rejects.toMatchObject({
      code: 'CORRECTION_UNKNOWN',
    })
    expect(await correctionsOn(store.db, correction)).toHaveLength(1)
  })
})

onEachStore('an upheld appeal', (stores) => {
  /** A reminder that was said, and the appeal against it. */
  async function appealed(store: Store) {
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(TASK, { by: LEADER }))
    const boast = messageOf(BOAST)
    await intake.accept(boast)
    await store.db.updateTable('outbox').set({ state: 'sent' }).execute()
    await intake.accept(
      messageOf('申诉 这是报送的材料', { chat: 'single', groupId: 'single:limei', addressesBot: true }),
    )
    return { boast, appealId: `no-boasting:${boast.messageId}` }
  }
  const stateOf = async (store: Store) => (await appealsOf(store.db, GROUP)).map(({ state }) => state)

  it('corrects the message that it is about, names the appeal, and is open again once that is withdrawn', async () => {
    const store = await stores.open()
    const { boast, appealId } = await appealed(store)
    expect(await appealsOf(store.db, GROUP)).toMatchObject([{ appealId, state: 'open', reason: '这是报送的材料' }])
    const { correction } = await correct(store, '', { about: { appealId }, label: 'progress' })

    expect(correction).toMatchObject({ messageId: boast.messageId, source: 'appeal', appealId, label: 'progress' })
    expect(await stateOf(store)).toEqual(['upheld'])
    expect((await correct(store, '', { about: { appealId }, label: 'progress' })).changed).toBe(false)
    const told = await store.db.selectFrom('outbox').selectAll().where('cause', 'like', 'appeal:decided:%').execute()
    expect(told).toMatchObject([{ recipient: 'limei', state: 'queued', body: expect.stringContaining('已获同意') }])
    await withdraw(store, correction.correctionId)
    expect(await stateOf(store)).toEqual(['open'])
  })

  it('is refused where there is none, naming those that are open, and where it was rejected', async () => {
    const store = await stores.open()
    const { boast, appealId } = await appealed(store)
    await expect(correct(store, '', { about: { appealId: 'no-boasting:x' } })).rejects.toMatchObject({
      code: 'APPEAL_UNKNOWN',
      hint: expect.stringContaining(appealId),
    })
    const rejected = { state: 'rejected' as const, by: '陈主任', at: MORNING, reason: '不合适' }
    await decideOpen(store.db, { ...GROUP, messageId: boast.messageId, rule: 'no-boasting' }, rejected)
    await expect(correct(store, '', { about: { appealId } })).rejects.toMatchObject({ code: 'APPEAL_REJECTED' })
    expect(await listCorrections(store.db, 'default')).toEqual([])
    expect(await stateOf(store)).toEqual(['rejected'])
  })
})
