import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findDue } from '../../../src/judge/deadline/find-due.ts'

interface Line {
  at: string
  text: string
  due: string | null
}

const lines = readFileSync(join(import.meta.dirname, '../../data/due-dev.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line): Line => JSON.parse(line))

const read = (text: string, at: string) => findDue(text, Date.parse(at))?.due ?? null
const GREETINGS = ['大家早上好,', '各位下午好!', '周末愉快!', '各位领导中午好,', '@所有人 ', '收到请回复。']

describe('the development messages', () => {
  it('are read within a minute in at least 98 of 100, with at most 1 in 50 invented', () => {
    const said = lines.map(({ text, at }) => read(text, at))
    const right = lines.filter(({ due }, i) => {
      const found = said[i] ?? null
      return due === null || found === null ? due === found : Math.abs(Date.parse(due) - found) <= 60_000
    })
    const undated = lines.filter(({ due }) => due === null)
    const invented = lines.filter(({ due }, i) => due === null && said[i] !== null)
    expect(right.length / lines.length).toBeGreaterThanOrEqual(0.98)
    expect(invented.length / undated.length).toBeLessThanOrEqual(1 / 50)
  })

  it.each(GREETINGS)('mean the same after 「%s」', (greeting) => {
    const changed = lines.filter(({ text, at }) => read(greeting + text, at) !== read(text, at))
    expect(changed.map(({ text }) => text)).toEqual([])
  })
})
