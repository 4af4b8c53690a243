import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/database.ts'
import { BOAST, ENFORCED, intakeOn, LEADER, MORNING, messageOf, TASK } from '../helpers/intake.ts'
import { qingqun } from './run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 120_000 }

/** Reminds of tasks what the policy in force lets pass, and says a boaster nothing. */
const OTHER = ENFORCED.replace('name: 测试', 'name: 另一套')
  .replace('id: no-boasting', 'id: no-tasks')
  .replace('label: boast', 'label: task')

let folder: string
let strict: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-backtest-'))
  strict = join(folder, 'other.yaml')
  await writeFile(strict, OTHER)
  const store = await openStore({ kind: 'embedded', folder: join(folder, 'data') })
  const { intake } = await intakeOn(store)
  await intake.accept(messageOf(TASK, { messageId: 'task', by: LEADER, sentAt: MORNING }))
  await intake.accept(messageOf(BOAST, { messageId: 'boast', sentAt: MORNING + 60_000 }))
  await intake.accept(messageOf('收到', { messageId: 'ack', sentAt: MORNING + 120_000 }))
  await store.close()
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const backtest = (...args: string[]) => qingqun(['backtest', ...args], { env: { DATA_DIR: join(folder, 'data') } })

describe('qingqun backtest', PROCESSES, () => {
  it('tells in words what the policy would have done next to the one in force, whom it would have met and what it takes for granted', async () => {
    const { code, out, err } = await backtest('--policy', strict)
    expect(code).toBe(0)
    expect(err).toContain('100%')
    expect(out).toContain('现行规则第 1 版「测试」')
    expect(out).toContain('「另一套」')
    expect(out).toContain('3 条判断过的消息')
    expect(out).toMatch(/no-boasting · 私下提醒本人:会说 1 → 0/)
    expect(out).toMatch(/no-tasks · 私下提醒本人:会说 0 → 1/)
    expect(out).toMatch(/陈主任\(chen\):0 → 1 次/)
    expect(out).toMatch(/做法不同的消息 2 条,加 --messages/)
    expect(out).toContain('没有重新判断')
    expect(out).toContain('假定每个群的通道')
  })

  it('prints every message on which the two differ: time, group, sender, excerpt, old and new', async () => {
    const { out } = await backtest('--policy', strict, '--messages')
    const [when, what] = out.split('\n')
    expect(when).toMatch(/^2026-11-25 09:30 测试群 陈主任:请各村周五/)
    expect(what).toMatch(/不管 → no-tasks 私下提醒本人\(会说\)/)
    expect(out).toMatch(/东河村-李梅[\s\S]*no-boasting 私下提醒本人\(会说\) → 不管/)
    expect(out.split('\n').filter((line) => line.startsWith('2026-11-25'))).toHaveLength(2)
  })

  it('prints the same as JSON: a line for each such message, and the report last', async () => {
    const { code, out } = await backtest('--policy', strict, '--json', '--messages')
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(lines).toHaveLength(3)
    expect(lines[1]).toMatchObject({
      messageId: 'boast',
      groupId: 'g1',
      from: 'limei',
      at: '2026-11-25T09:31:00+08:00',
      old: [{ rule: 'no-boasting', action: 'remind-sender', to: 'limei', held: null }],
      new: [],
    })
    expect(lines[2]).toMatchObject({
      messages: 3,
      differences: 2,
      totals: { old: { said: 1 }, new: { said: 1, reminders: 1, groupPosts: 0 } },
      people: [
        { memberId: 'chen', name: '陈主任', new: { said: 1 } },
        { memberId: 'limei', old: { said: 1 } },
      ],
    })
    const alone = await backtest('--policy', strict, '--json')
    expect(JSON.parse(alone.out)).toEqual(lines[2])
  })

  it('compares with a second file where one is given, within a group and days', async () => {
    const args = [
      '--policy',
      strict,
      '--against',
      strict,
      '--group',
      'g1',
      '--from',
      '2026-11-25',
      '--to',
      '2026-11-25',
    ]
    const { code, out } = await backtest(...args)
    expect(code).toBe(0)
    expect(out).toMatch(/原规则:.*other\.yaml「另一套」/)
    expect(out).toContain('做法不同的消息 0 条。')
  })

  it('names line and column of what is wrong in a policy, and does nothing', async () => {
    const bad = join(folder, 'bad.yaml')
    await writeFile(bad, OTHER.replace('label: task', 'lable: task'))
    const { code, out, err } = await backtest('--policy', bad)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/bad\.yaml:7:\d+ .*label/)
  })

  it('is refused in a line for an unknown group, days without messages, days upside down, no date and no policy', async () => {
    for (const [args, said] of [
      [['--policy', strict, '--group', 'g9'], /g9[\s\S]*g1/],
      [['--policy', strict, '--to', '2026-11-01'], /没有判断过的消息[\s\S]*2026-11-25/],
      [['--policy', strict, '--from', '2026-11-26', '--to', '2026-11-25'], /晚于/],
      [['--policy', strict, '--from', '2026-02-30'], /--from 不是日期: 2026-02-30/],
      [['--policy', join(folder, 'none.yaml')], /读不到文件/],
      [[], /需要 --policy/],
    ] as const) {
      const { code, out, err } = await backtest(...args)
      expect([code, out], args.join(' ')).toEqual([2, ''])
      expect(err).toMatch(said)
      expect(err).not.toMatch(/\bat .*\.ts/)
    }
  })
})
