import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { LABELS } from '../../src/domain/label.ts'
import { BOAST, TASK } from '../helpers/intake.ts'
import { qingqun, startProgram } from './run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 90_000 }

const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
const objects = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const AT = '2026-11-25T09:30:00+08:00'

describe('qingqun classify', PROCESSES, () => {
  it('gives a verdict a line, in the order of the lines, with probabilities, flags and evidence', async () => {
    const input = lines([
      { id: 'b', text: BOAST, role: 'member' },
      { id: 'a', text: TASK, role: 'leader', at: AT, label: 'task', more: 'is ignored' },
      { id: 'c', text: '' },
    ])
    const { code, out, err } = await qingqun(['classify'], { input })
    expect([code, err]).toEqual([0, ''])
    const verdicts = objects(out)
    expect(verdicts.map(({ id, label }) => [id, label])).toMatchObject([
      ['b', 'boast'],
      ['a', 'task'],
      ['c', expect.any(String)],
    ])
    for (const verdict of verdicts) {
      expect(Object.keys(verdict)).toEqual(['id', 'label', 'confidence', 'probabilities', 'flags', 'evidence'])
      expect(Object.keys(verdict.probabilities).sort()).toEqual([...LABELS].sort())
      const sum = Object.values<number>(verdict.probabilities).reduce((total, each) => total + each, 0)
      expect(sum).toBeCloseTo(1, 3)
      expect(verdict.confidence).toBe(verdict.probabilities[verdict.label])
    }
    expect(verdicts[1].flags).toContain('deadline')
    const { rule, score, reason } = verdicts[0].evidence[0]
    expect([typeof rule, typeof score, typeof reason]).toEqual(['string', 'number', 'string'])
  })

  it('reads a line of a stream after what was said before it there, and in no other', async () => {
    const answer = { role: 'member', text: '收到,马上办' }
    const stream = [
      { id: '1', stream: 's', role: 'leader', text: TASK },
      { id: '2', stream: 'other', ...answer },
      { id: '3', stream: 's', ...answer },
    ]
    const given = [
      { id: '2', ...answer },
      { id: '3', ...answer, context: [{ role: 'leader', text: TASK }] },
    ]
    const [a, b] = await Promise.all([stream, given].map((each) => qingqun(['classify'], { input: lines(each) })))
    const [, ...last] = objects(a?.out ?? '')
    expect(last).toEqual(objects(b?.out ?? ''))
    expect(last[0].probabilities).not.toEqual(last[1].probabilities)
  })

  it('refuses bad lines by their numbers, all at once, and prints nothing', async () => {
    const good = JSON.stringify({ id: 'a', text: TASK })
    const input = `${good}\n\n{"id": 7, "text": "x"}\n{"id": "b"\n${good}\r\n{"id":"c","text":"x","role":"boss"}\n`
    const { code, out, err } = await qingqun(['classify'], { input })
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/第 3 行: id:.*\n.*第 4 行: 不是有效的 JSON\n.*第 6 行: role:/)
    expect(err).not.toMatch(/第 [1257] 行|\bat .*\.ts/)
  })

  it('ends quietly where its reader has read enough', async () => {
    const input = lines(Array.from({ length: 3000 }, (_, index) => ({ id: `${index}`, text: TASK })))
    const { child, ended } = startProgram('src/cli.ts', ['classify'])
    const read = ended.catch((error) => error.code)
    child.stdin.end(input)
    await once(child.stdout, 'readable')
    child.stdout.destroy()
    const [[code], outcome] = await Promise.all([once(child, 'close'), read])
    expect([code, outcome]).toEqual([0, 'ERR_STREAM_PREMATURE_CLOSE'])
  })
})

describe('qingqun due', PROCESSES, () => {
  it('gives the deadline of each line with the words that set it, or null', async () => {
    const input = lines([
      { id: '1', text: '请各村周五下午5点前报送台账。', at: AT },
      { id: '2', text: '收到,谢谢大家。', at: AT },
    ])
    const { code, out } = await qingqun(['due'], { input })
    expect(code).toBe(0)
    expect(objects(out)).toEqual([
      { id: '1', due: '2026-11-27T17:00:00+08:00', match: expect.stringContaining('周五下午5点') },
      { id: '2', due: null, match: null },
    ])
  })

  it('refuses a line without a time, or with a time without offset', async () => {
    const input = lines([
      { id: '1', text: 'x', at: AT },
      { id: '2', text: 'x' },
      { id: '3', text: 'x', at: '2026-11-25T09:30:00' },
    ])
    const { code, out, err } = await qingqun(['due'], { input })
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/第 2 行: at:.*\n.*第 3 行: at:/)
  })

  it('gives nothing for nothing', async () => {
    expect(await qingqun(['due'])).toEqual({ code: 0, out: '', err: '' })
  })
})

describe('qingqun', PROCESSES, () => {
  it('says how it is called where the call is wrong', async () => {
    const calls = [
      [],
      ['explode'],
      ['constructor'],
      ['classify', '--fast'],
      ['replay'],
      ['digest'],
      ['digest', '--group', 'g', '--period', 'year'],
    ]
    const all = await Promise.all(calls.map((args) => qingqun(args)))
    for (const { code, out, err } of all) {
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain('classify')
      expect(err).not.toMatch(/\bat .*\.ts/)
    }
  })
})
