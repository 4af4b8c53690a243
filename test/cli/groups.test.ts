import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/database.ts'
import { intakeOn, LEADER, messageOf, TASK } from '../helpers/intake.ts'
import { qingqun } from './run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 90_000 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-groups-'))
  const store = await openStore({ kind: 'embedded', folder })
  const { intake } = await intakeOn(store)
  await intake.accept(messageOf(TASK, { by: LEADER, sentAt: Date.now() }))
  await store.close()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const groups = (...args: string[]) => qingqun(['groups', ...args], { env: { DATA_DIR: folder } })
const listed = async () => JSON.parse((await groups('--json')).out) as Record<string, unknown>

describe('qingqun groups', PROCESSES, () => {
  it('lists what is registered and what is missing (check 16), registers it, and changes only what is named', async () => {
    expect(await listed()).toMatchObject({
      id: 'g1',
      owner: null,
      purpose: null,
      temporary: false,
      open: 1,
      members: 1,
    })
    expect((await groups()).out).toMatch(/^g1\t测试群\t群主 —\t用途 —\t长期\t未办结 1 项\t缺 群主、用途\n$/)

    const given = ['--owner', 'chen', '--purpose', ' 防汛 ', '--ends', '2026-12-31', '--by', '赵主任']
    const registered = await groups('--group', 'g1', ...given)
    expect([registered.code, registered.err]).toEqual([0, '已登记。\n'])
    const complete = {
      owner: 'chen',
      purpose: '防汛',
      temporary: true,
      ends: '2026-12-31',
      registeredBy: '赵主任',
      missing: [],
    }
    expect(JSON.parse(registered.out)).toMatchObject(complete)
    expect(await listed()).toMatchObject(complete)

    const undated = await groups('--group', 'g1', '--temporary')
    expect(JSON.parse(undated.out)).toMatchObject({
      owner: 'chen',
      purpose: '防汛',
      temporary: true,
      missing: ['ends'],
    })
    const standing = await groups('--group', 'g1', '--standing')
    expect(JSON.parse(standing.out)).toMatchObject({ temporary: false, ends: null, missing: [] })
    expect((await groups('--group', 'g1', '--owner', 'nobody')).err).toContain('请核对编号')
  })

  it.each([
    [['--group', 'g9', '--purpose', '防汛'], /g9[\s\S]*g1/],
    [['--group', 'g1'], /登记什么/],
    [['--group', 'g1', '--ends', '2026-02-30'], /2026-02-30/],
    [['--group', 'g1', '--ends', '年底'], /2026-12-31/],
    [['--group', 'g1', '--standing', '--ends', '2026-12-31'], /长期群/],
    [['--group', 'g1', '--purpose', ' '], /--purpose/],
    [['--purpose', '防汛'], /--group/],
  ])('refuses %j with a sentence', async (args, message) => {
    const { code, out, err } = await groups(...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
  })
})
