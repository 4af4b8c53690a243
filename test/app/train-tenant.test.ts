import { pino } from 'pino'
import { beforeAll, expect, it } from 'vitest'
import { openTenantJudges } from '../../src/app/tenant-judges.ts'
import { trainForTenant } from '../../src/app/train-tenant.ts'
import type { Label } from '../../src/domain/label.ts'
import type { Judge } from '../../src/domain/verdict.ts'
import { recordCorrection } from '../../src/intake/correct.ts'
import { withdrawCorrection } from '../../src/intake/withdraw-correction.ts'
import { createJudge } from '../../src/judge/judge.ts'
import { train } from '../../src/judge/train/train.ts'
import { standingCorrections } from '../../src/store/corrections.ts'
import type { Store } from '../../src/store/database.ts'
import { tenantModelFile, tenantModelsInForce } from '../../src/store/tenant-models.ts'
import { intakeOn, MORNING, messageOf } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { casesOf, evaluationOf, fakeCorpus } from '../judge/fake-corpus.ts'

const TRAINING = { timeout: 90_000 }
const options = { parts: 2 }
let shipped: Judge
beforeAll(async () => {
  const model = await train(fakeCorpus(), options)
  shipped = createJudge({ ...model, card: { ...model.card, version: 'shipped' } })
})

let serial = 0
const newId = () => `id-${++serial}`
const world = { now: () => MORNING, newId }

/** Messages that people of a tenant have sent, each corrected. */
async function corrected(store: Store, tenantId: string, label: Label, words: string): Promise<void> {
  const { intake, policies } = await intakeOn(store, { rooms: { judgeOf: () => shipped } })
  const source = policies.sourceOf({ tenantId: 'default', groupId: '' })
  await policies.set({ tenantId, groupId: '' }, source, { author: 'test', reason: 'test' })
  const messages = casesOf(label, words).map(({ seen }) => messageOf(seen.text, { tenantId }))
  await Promise.all(messages.map((message) => intake.accept(message)))
  for (const { groupId, messageId } of messages) {
    const request = { tenantId, groupId, about: { messageId }, label, flags: null, by: '陈主任', reason: '' }
    await recordCorrection(store.db, request, world)
  }
}

const trainOn = (store: Store, tenantId: string) =>
  trainForTenant(store.db, { tenantId, shipped, corpus: fakeCorpus, evaluation: evaluationOf, options, ...world })
const rows = (store: Store) => store.db.selectFrom('tenant_models').selectAll().orderBy('position').execute()

onEachStore('training for a tenant', (stores) => {
  it('stores what was taken with its report, and the tenant alone is judged by it', TRAINING, async () => {
    const store = await stores.open()
    await corrected(store, 'a', 'task', '喜报稿今晚交')
    const outcome = await trainOn(store, 'a')

    expect(outcome).toMatchObject({ state: 'taken', baseVersion: 'shipped', report: { taken: true, corrections: 12 } })
    expect(outcome.version).toMatch(/^2026-11-25\/[0-9a-f]{8}$/)
    expect(await rows(store)).toMatchObject([
      { tenant_id: 'a', state: 'taken', version: outcome.version, base_version: 'shipped', report: outcome.report },
    ])
    const judges = await openTenantJudges(store.db, shipped, pino({ level: 'silent' }))
    expect(judges.of('b')).toBe(shipped)
    expect(judges.of('a').version).toBe(outcome.version)
    const verdict = judges.of('a').classify({ text: '车间喜报稿今晚交', role: 'member', context: [] })
    expect(verdict.label).toBe('task')
  })

  it(
    'stores what was refused with its report and without its bytes, and leaves the model in force',
    TRAINING,
    async () => {
      const store = await stores.open()
      await corrected(store, 'a', 'task', '喜报稿今晚交')
      const taken = await trainOn(store, 'a')
      for (const { correctionId } of await standingCorrections(store.db, 'a'))
        await withdrawCorrection(store.db, { tenantId: 'a', correctionId, by: '陈主任' }, world.now)
      await corrected(store, 'a', 'chatter', '中午吃什么')
      const refused = await trainOn(store, 'a')

      expect(refused).toMatchObject({
        state: 'refused',
        report: { taken: false, corrections: 12, objections: [expect.any(String)] },
      })
      expect(await rows(store)).toMatchObject([{ state: 'taken' }, { state: 'refused', report: refused.report }])
      expect(await tenantModelFile(store.db, refused)).toBeUndefined()
      expect(await tenantModelsInForce(store.db)).toMatchObject([{ tenantId: 'a', version: taken.version }])
    },
  )

  it('learns nothing from what other tenants have corrected', TRAINING, async () => {
    const [alone, beside] = [await stores.open(), await stores.open()]
    await corrected(beside, 'b', 'ritual', '喜报稿今晚交')
    const versions = []
    for (const store of [alone, beside]) {
      serial = 0
      await corrected(store, 'a', 'task', '喜报稿今晚交')
      versions.push((await trainOn(store, 'a')).version)
    }
    expect(versions[0]).toBe(versions[1])
  })

  it('needs ten corrections that stand, and reads no corpus before it has them', async () => {
    const store = await stores.open()
    const corpus = () => {
      throw new Error('read')
    }
    const training = trainForTenant(store.db, { tenantId: 'a', shipped, corpus, evaluation: corpus, ...world })
    await expect(training).rejects.toMatchObject({
      code: 'CORRECTIONS_TOO_FEW',
      message: expect.stringContaining('0 条'),
    })
    expect(await rows(store)).toEqual([])
  })
})
