import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { openTenantJudges } from '../../src/app/tenant-judges.ts'
import { createJudge } from '../../src/judge/judge.ts'
import { decodeModel, encodeModel } from '../../src/judge/model-file.ts'
import { train } from '../../src/judge/train/train.ts'
import type { Store } from '../../src/store/database.ts'
import { insertTenantModel, tenantModelsInForce, undoTenantModel } from '../../src/store/tenant-models.ts'
import { BOAST, intakeOn, MORNING, messageOf } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { fakeCorpus } from '../judge/fake-corpus.ts'

const trained = await train(fakeCorpus(), { parts: 2 })
const model = decodeModel(encodeModel(trained, '2026-01-01'))
const shipped = createJudge(model)

let serial = 0
/** Puts a model of a tenant's own in force and gives its version; as it judges like the shipped one, `day` names it. */
async function take(store: Store, tenantId: string, day: number, baseVersion = shipped.version): Promise<string> {
  const file = encodeModel(model, `2026-03-0${day}`)
  const version = `2026-03-0${day}/${shipped.version.split('/')[1]}`
  await insertTenantModel(store.db, {
    tenantId,
    modelId: `m${++serial}`,
    state: 'taken',
    version,
    baseVersion,
    createdAt: MORNING,
    report: { taken: true },
    file,
  })
  return version
}

function memoryLog() {
  const lines: { level: number; tenantId?: string; code?: string; msg: string }[] = []
  return { lines, log: pino({ level: 'warn' }, { write: (line) => lines.push(JSON.parse(line)) }) }
}

onEachStore('the judge of a tenant', (stores) => {
  it('is the shipped one until a model of its own is taken, and again once that is undone, without a restart', async () => {
    const store = await stores.open()
    const { log, lines } = memoryLog()
    const judges = await openTenantJudges(store.db, shipped, log)
    const versions = () => ['a', 'b'].map((tenant) => judges.of(tenant).version)
    expect(versions()).toEqual([shipped.version, shipped.version])

    const first = await take(store, 'a', 1)
    await judges.refresh()
    expect(versions()).toEqual([first, shipped.version])
    const loaded = judges.of('a')
    await judges.refresh()
    expect(judges.of('a')).toBe(loaded)
    const again = await openTenantJudges(store.db, shipped, log)
    expect(again.of('a').version).toBe(first)

    const second = await take(store, 'a', 2)
    await judges.refresh()
    expect(versions()).toEqual([second, shipped.version])
    expect(await undoTenantModel(store.db, 'b', MORNING)).toBeNull()
    expect(await undoTenantModel(store.db, 'a', MORNING)).toMatchObject({
      undone: { version: second },
      now: { version: first },
    })
    await judges.refresh()
    expect(versions()).toEqual([first, shipped.version])
    expect(await undoTenantModel(store.db, 'a', MORNING)).toMatchObject({ undone: { version: first }, now: null })
    await judges.refresh()
    expect(versions()).toEqual([shipped.version, shipped.version])

    const kept = await store.db.selectFrom('tenant_models').select(['version', 'state', 'undone_at']).execute()
    expect(kept.map(({ version, state }) => [version, state]).sort()).toEqual([
      [first, 'undone'],
      [second, 'undone'],
    ])
    expect(kept.map(({ undone_at }) => undone_at?.getTime())).toEqual([MORNING, MORNING])
    expect(lines).toEqual([])
  })

  it('is named by the verdicts that it gives', async () => {
    const store = await stores.open()
    const version = await take(store, 'default', 1)
    const judges = await openTenantJudges(store.db, shipped, memoryLog().log)
    const { intake, policies } = await intakeOn(store, { rooms: { judgeOf: judges.of } })
    await policies.set({ tenantId: 'other', groupId: '' }, policies.sourceOf({ tenantId: 'default', groupId: '' }), {
      author: 'test',
      reason: 'test',
    })
    await intake.accept(messageOf(BOAST))
    await intake.accept(messageOf(BOAST, { tenantId: 'other' }))
    const judged = await store.db.selectFrom('messages').select(['tenant_id', 'judged_by']).execute()
    expect(judged.sort((a, b) => (a.tenant_id < b.tenant_id ? -1 : 1))).toEqual([
      { tenant_id: 'default', judged_by: version },
      { tenant_id: 'other', judged_by: shipped.version },
    ])
  })

  it('is the shipped one where its own was trained over another, and the log says so once', async () => {
    const store = await stores.open()
    await take(store, 'a', 1, '2025-12-31/00000000')
    const { log, lines } = memoryLog()
    const judges = await openTenantJudges(store.db, shipped, log)
    await judges.refresh()
    expect(judges.of('a').version).toBe(shipped.version)
    expect(lines).toMatchObject([{ level: 40, tenantId: 'a', msg: expect.stringContaining('stale') }])
  })

  it('is the shipped one where its own is damaged; the log raises an alarm once, and others are judged as before', async () => {
    const store = await stores.open()
    const damages = {
      'a byte flipped': sql`weights = set_byte(weights, 1000, 255 - get_byte(weights, 1000))`,
      'weights cut short': sql`weights = substring(weights from 1 for 5000)`,
      'header cut short': sql`header = left(header, 100)`,
      'no bytes': sql`weights = null`,
    }
    for (const [tenantId, damage] of Object.entries(damages)) {
      await take(store, tenantId, 1)
      await sql`update tenant_models set ${damage} where tenant_id = ${tenantId}`.execute(store.db)
    }
    const sound = await take(store, 'sound', 2)
    const { log, lines } = memoryLog()
    const judges = await openTenantJudges(store.db, shipped, log)
    await judges.refresh()
    for (const tenantId of Object.keys(damages)) expect(judges.of(tenantId), tenantId).toBe(shipped)
    expect(judges.of('sound').version).toBe(sound)
    expect(lines.map(({ level, tenantId }) => [level, tenantId]).sort()).toEqual(
      Object.keys(damages)
        .sort()
        .map((tenantId) => [50, tenantId]),
    )
    for (const { msg } of lines) expect(msg).toContain('damaged')
    expect(await tenantModelsInForce(store.db)).toHaveLength(5)
  })
})
