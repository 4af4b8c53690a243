import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/database.ts'
import { BOAST, ENFORCED, intakeOn, messageOf } from '../helpers/intake.ts'
import { qingqun } from './run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 240_000 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-policy-'))
  const store = await openStore({ kind: 'embedded', folder: join(folder, 'data') })
  const { intake } = await intakeOn(store)
  await intake.accept(messageOf(BOAST))
  await store.close()
}, PROCESSES.timeout)
afterAll(() => rm(folder, { recursive: true, force: true }))

const policy = (...args: string[]) => qingqun(['policy', ...args], { env: { DATA_DIR: join(folder, 'data') } })
const by = ['--by', '陈主任', '--reason', '试行两周']
async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('qingqun policy', PROCESSES, () => {
  it('sets a policy with its warnings, lists versions with what changed, and brings one back', async () => {
    const shown = await policy('--group', 'g1')
    expect([shown.code, shown.out]).toEqual([0, ENFORCED])
    expect(shown.err).toContain('本单位的通用规则')

    const observed = await file(
      'observed.yaml',
      `${ENFORCED.replace('mode: enforce', 'mode: observe')}digest: { daily: true }\n`,
    )
    const set = await policy('--group', 'g1', '--set', observed, ...by)
    expect(JSON.parse(set.out)).toEqual({ tenant: 'default', group: 'g1', version: 1, mode: 'observe', changed: true })
    expect(set.err).toContain('不会重新判断')
    expect((await policy('--group', 'g1', '--set', observed, ...by)).err).toContain('没有改动')

    const silent = await file(
      'silent.yaml',
      ENFORCED.replace('remindersPerPersonPerWeek: 2', 'remindersPerPersonPerWeek: 0'),
    )
    expect((await policy('--group', 'g1', '--set', silent, ...by)).err).toContain('私聊提醒永远不会说出来')

    const back = await policy('--group', 'g1', '--rollback', '1', '--by', '林副主任', '--reason', '先观察')
    expect(JSON.parse(back.out)).toMatchObject({ version: 3, mode: 'observe', changed: true })
    const { out } = await policy('--group', 'g1', '--history')
    const steps = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(steps.map(({ version, by: author, reason, restores }) => [version, author, reason, restores])).toEqual([
      [1, '陈主任', '试行两周', null],
      [2, '陈主任', '试行两周', null],
      [3, '林副主任', '先观察', 1],
    ])
    expect(steps[0].changes).toEqual(['-2 mode: enforce', '+2 mode: observe', '+9 digest: { daily: true }'])
    expect(steps[2].at).toMatch(/\+08:00$/)
  })

  it('refuses what is not valid with line and column, and the policy in force stays', async () => {
    const before = (await policy('--group', 'g1')).out
    const wrong = await file('wrong.yaml', ENFORCED.replace('when: { label: boast', 'when: { lable: boast'))
    const calls: [string[], RegExp][] = [
      [['--group', 'g1', '--set', wrong, ...by], /wrong\.yaml:\d+:\d+ .*label/],
      [['--group', 'g1', '--set', join(folder, 'none.yaml'), ...by], /none\.yaml/],
      [['--group', 'g9', '--history'], /g9[\s\S]*g1/],
      [['--group', 'g1', '--rollback', '99', ...by], /99/],
      [['--group', 'g1', '--rollback', '1', '--by', '陈主任'], /--reason/],
      [['--set', wrong, ...by], /--group/],
      [['--group', 'g1', '--history', '--rollback', '1', ...by], /一次只写一个/],
    ]
    for (const [args, words] of calls) {
      const { code, out, err } = await policy(...args)
      expect([args, code, out]).toEqual([args, 2, ''])
      expect(err).toMatch(words)
    }
    expect((await policy('--group', 'g1')).out).toBe(before)
  })
})
