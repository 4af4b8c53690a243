import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/services/free-port.ts'
import { CodedError } from '../../src/domain/errors.ts'
import { openStore, type Store } from '../../src/store/database.ts'
import { listGroups, lockGroups } from '../../src/store/groups.ts'
import { onEachStore } from '../helpers/stores.ts'

const AT = Date.parse('2026-11-25T09:30:00+08:00')

const group = (groupId: string) => ({
  tenantId: 'default',
  groupId,
  adapter: 'test',
  channelId: 'main',
  chat: 'group' as const,
  name: groupId,
})
const addGroup = (store: Store, groupId: string) =>
  store.db.transaction().execute((trx) => lockGroups(trx, [group(groupId)], AT))
const groupsOf = async (store: Store) => (await listGroups(store.db)).map((each) => each.groupId)
const fromTheFuture = (store: Store) =>
  sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', 'later')`.execute(store.db)

/** The coded refusal of an opening; anything else fails the test. */
async function refusal(opening: Promise<Store>): Promise<CodedError> {
  const error = await opening.then(
    () => new Error('it was opened'),
    (reason) => reason,
  )
  if (!(error instanceof CodedError)) throw error
  return error
}

describe('openStore on a folder', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qq-store-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('recovers from a first start that was cut short, locks the folder, keeps what was written, and is too old for a newer schema', async () => {
    await mkdir(join(folder, 'pgdata.new', 'base'), { recursive: true })
    await writeFile(join(folder, 'pgdata.new', 'PG_VERSION'), 'half made')
    const location = { kind: 'embedded', folder } as const
    const first = await openStore(location)
    expect((await readdir(folder)).sort()).toEqual(['.lock', 'pgdata'])
    await addGroup(first, 'kept')
    expect(await refusal(openStore(location))).toMatchObject({
      code: 'DATA_FOLDER_LOCKED',
      message: expect.stringContaining(folder),
    })
    await first.close()

    const second = await openStore(location)
    expect(await groupsOf(second)).toEqual(['kept'])
    await fromTheFuture(second)
    await second.close()
    expect(await refusal(openStore(location))).toMatchObject({ code: 'SCHEMA_TOO_NEW' })
    expect(await readdir(folder)).toEqual(['pgdata'])
  })

  it('says in a sentence that the path is no folder', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    for (const path of [file, join(file, 'below')]) {
      const error = await refusal(openStore({ kind: 'embedded', folder: path }))
      expect(error).toMatchObject({ code: 'DATA_FOLDER_UNREADABLE', message: expect.stringContaining(path) })
      expect(error.hint).toContain('DATA_DIR')
    }
  })

  it('says in a sentence that the data in it cannot be read, and lets go of the folder', async () => {
    await mkdir(join(folder, 'pgdata'))
    await writeFile(join(folder, 'pgdata', 'PG_VERSION'), '9.6\n')
    const error = await refusal(openStore({ kind: 'embedded', folder }))
    expect(error).toMatchObject({ code: 'DATA_FOLDER_UNREADABLE' })
    expect(await readdir(folder)).toEqual(['pgdata'])
  })
})

describe('openStore on a server', () => {
  it('says in a sentence that nobody answers, without the password', async () => {
    const url = `postgres://user:hush-hush@127.0.0.1:${await freePort()}/db`
    const error = await refusal(openStore({ kind: 'server', url }))
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', message: expect.stringContaining('DATABASE_URL') })
    expect(`${error.message}${error.hint}`).not.toContain('hush')
  })
})

onEachStore('store', (stores, kind) => {
  it('keeps transactions and plain queries apart that run side by side', async () => {
    const store = await stores.open()
    const undone = (index: number) => index % 3 === 0
    const work = Array.from({ length: 20 }, async (_, index) => {
      const transaction = store.db.transaction().execute(async (trx) => {
        await lockGroups(trx, [group(`a${index}`)], AT)
        const own = await trx.selectFrom('groups').select('group_id').where('group_id', '=', `a${index}`).execute()
        expect(own).toHaveLength(1)
        await lockGroups(trx, [group(`b${index}`)], AT)
        if (undone(index)) throw new Error('undone')
      })
      const query = store.db.selectFrom('groups').select('group_id').execute()
      return Promise.all([transaction.catch((error) => error.message), query])
    })
    const results = await Promise.all(work)

    expect(results.map(([outcome]) => outcome)).toEqual(
      results.map((_, index) => (undone(index) ? 'undone' : undefined)),
    )
    for (const [, rows] of results) {
      const seen = new Set(rows.map((row) => row.group_id))
      for (const id of seen) {
        const index = Number(id.slice(1))
        expect(undone(index)).toBe(false)
        expect([seen.has(`a${index}`), seen.has(`b${index}`)]).toEqual([true, true])
      }
    }
    const kept = results.flatMap((_, index) => (undone(index) ? [] : [`a${index}`, `b${index}`]))
    expect(await groupsOf(store)).toEqual(kept.sort())
  })

  it('goes on after a statement that failed inside a transaction', async () => {
    const store = await stores.open()
    const failing = store.db.transaction().execute(async (trx) => {
      await lockGroups(trx, [group('undone')], AT)
      await sql`select 1 / 0`.execute(trx)
    })
    const [failed, beside] = await Promise.allSettled([failing, addGroup(store, 'kept')])
    expect([failed, beside.status]).toMatchObject([{ reason: { message: 'division by zero' } }, 'fulfilled'])
    await addGroup(store, 'later')
    expect(await groupsOf(store)).toEqual(['kept', 'later'])
  })

  if (kind === 'server')
    it('refuses a database that a newer version has made', async () => {
      const store = await stores.open()
      await fromTheFuture(store)
      expect(await refusal(stores.reopen(store))).toMatchObject({
        code: 'SCHEMA_TOO_NEW',
        hint: expect.stringContaining('升级'),
      })
    })
})
