import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/database.ts'
import { lockFolder } from '../../src/store/folder-lock.ts'
import { BOAST, intakeOn, LEADER, messageOf, TASK } from '../helpers/intake.ts'
import { qingqun } from './run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 90_000 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-digest-'))
  const store = await openStore({ kind: 'embedded', folder })
  const { intake } = await intakeOn(store)
  await intake.accept(messageOf(TASK, { by: LEADER, sentAt: Date.now() }))
  await intake.accept(messageOf(BOAST, { sentAt: Date.now() }))
  await store.close()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const digest = (...args: string[]) => qingqun(['digest', ...args], { env: { DATA_DIR: folder } })

describe('qingqun digest', PROCESSES, () => {
  it('prints the digest of a group as it would be posted, of the week unless told otherwise', async () => {
    const week = await digest('--group', 'g1')
    expect([week.code, week.err]).toEqual([0, ''])
    expect(week.out).toContain('测试群')
    expect(week.out).toContain('危房排查台账')
    expect((await digest('--group', 'g1', '--period', 'week')).out).toBe(week.out)
    const day = await digest('--group', 'g1', '--period', 'day')
    expect([day.code, day.out === week.out]).toEqual([0, false])
  })

  it('names the groups that it knows where it is asked for another', async () => {
    const { code, out, err } = await digest('--group', 'g9')
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/g9[\s\S]*g1/)
  })

  it('says in a sentence that a running server has the data', async () => {
    const release = await lockFolder(folder)
    const { code, out, err } = await digest('--group', 'g1')
    await release()
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(folder)
    expect(err).not.toMatch(/\bat .*\.ts/)
  })
})
