import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/database.ts'
import { BOAST, intakeOn, messageOf } from '../helpers/intake.ts'
import { qingqun } from './run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 120_000 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-correct-'))
  const store = await openStore({ kind: 'embedded', folder })
  const { intake } = await intakeOn(store)
  await intake.accept(messageOf(BOAST, { messageId: 'b1' }))
  await intake.accept(messageOf(BOAST, { messageId: 'b2' }))
  await store.db.updateTable('outbox').set({ state: 'sent' }).execute()
  await intake.accept(messageOf('申诉', { chat: 'single', groupId: 'single:limei', addressesBot: true }))
  await store.close()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (...args: string[]) => qingqun(args, { env: { DATA_DIR: folder } })
const correct = (...args: string[]) => run('correct', '--group', 'g1', ...args)
const corrections = async (...args: string[]) => {
  const { code, out, err } = await run('corrections', ...args)
  expect([code, err]).toEqual([0, ''])
  return out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

describe('qingqun correct', PROCESSES, () => {
  it('corrects a message once, lists what was corrected and by whom, and withdraws it', async () => {
    const args = [
      '--message',
      'b1',
      '--label',
      '办理反馈',
      '--flags',
      'document',
      '--by',
      '陈主任',
      '--reason',
      '报送材料',
    ]
    const first = await correct(...args)
    expect(first.code).toBe(0)
    expect(first.err).toContain('“晒成绩”→“办理反馈”')
    const correction = JSON.parse(first.out)
    expect(correction).toMatchObject({
      tenant: 'default',
      group: 'g1',
      message: 'b1',
      seen: { text: BOAST, role: 'member', context: [] },
      said: { label: 'boast', confidence: expect.any(Number), by: expect.stringMatching(/^20/) },
      right: { label: 'progress', flags: ['document'] },
      source: 'admin',
      appeal: null,
      by: '陈主任',
      reason: '报送材料',
      at: expect.stringMatching(/\+08:00$/),
      withdrawn: null,
    })
    expect((await correct(...args)).err).toContain('没有改动')

    const undone = await run('correct', '--undo', correction.id, '--by', '林副主任')
    expect([undone.code, undone.err]).toEqual([0, expect.stringContaining('已撤回')])
    const withdrawn = { ...correction, withdrawn: { by: '林副主任', at: expect.stringMatching(/\+08:00$/) } }
    expect(JSON.parse(undone.out)).toEqual(withdrawn)
    expect(await corrections()).toEqual([withdrawn])
  })

  it('upholds an appeal by its number', async () => {
    const { code, out } = await correct('--appeal', 'no-boasting:b2', '--label', 'notice', '--by', '陈主任')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ message: 'b2', source: 'appeal', appeal: 'no-boasting:b2' })
  })

  it('says what is wrong with a call, and what can be written instead', async () => {
    const calls: [string[], RegExp][] = [
      [['--message', 'b1', '--label', 'praise', '--by', '陈'], /boast\(晒成绩\)/],
      [['--message', 'b1', '--label', 'task', '--by', '陈', '--flags', 'deadline,urgent'], /urgent.*\n.*asks_ack,/],
      [['--message', 'b1', '--label', 'task'], /--by/],
      [['--message', 'b1', '--label', 'task', '--by', ' '], /--by/],
      [['--label', 'task', '--by', '陈'], /--message 或 --appeal/],
      [['--message', 'b1', '--appeal', 'x', '--label', 'task', '--by', '陈'], /--message 或 --appeal/],
      [['--undo', 'x', '--by', '陈', '--label', 'task'], /--undo/],
      [['--message', 'b1', '--label', 'task', '--by', '陈', '主任'], /主任/],
    ]
    const ended = await Promise.all(calls.map(([args]) => correct(...args)))
    for (const [index, { code, out, err }] of ended.entries()) {
      expect([code, out]).toEqual([2, ''])
      expect(err).toMatch(calls[index]?.[1] ?? /^$/)
      expect(err).not.toMatch(/\bat .*\.ts/)
    }
  })

  it('says which groups and appeals there are where it is asked about others', async () => {
    const group = await run('correct', '--group', 'g9', '--message', 'b1', '--label', 'task', '--by', '陈')
    expect([group.code, group.out]).toEqual([2, ''])
    expect(group.err).toMatch(/g9[\s\S]*g1/)
    const appeal = await correct('--appeal', 'no-boasting:b9', '--label', 'task', '--by', '陈')
    expect([appeal.code, appeal.out]).toEqual([2, ''])
    expect(appeal.err).toMatch(/no-boasting:b9[\s\S]*申诉/)
    const undo = await run('correct', '--undo', 'nothing', '--by', '陈')
    expect([undo.code, undo.out]).toEqual([2, ''])
    expect(undo.err).toContain('corrections')
  })
})

describe('qingqun train --tenant', PROCESSES, () => {
  it('refuses to train on few corrections, and to undo what is not there, before anything takes long', async () => {
    const few = await run('train', '--tenant', 'default')
    expect([few.code, few.out]).toEqual([2, ''])
    expect(few.err).toMatch(/\d 条有效的更正,至少要 10 条/)
    const none = await run('train', '--tenant', 'default', '--undo')
    expect([none.code, none.out]).toEqual([2, ''])
    expect(none.err).toContain('没有自己的模型')
    const all = await run('train', '--undo')
    expect([all.code, all.out]).toEqual([2, ''])
    expect(all.err).toContain('--tenant')
  })
})
