import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Label } from '../../src/domain/label.ts'
import { GROUP } from '../../src/domain/outbound.ts'
import { checkPolicy } from '../../src/policy/check.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import { brief, newWorld, say, WEDNESDAY_10 } from './fixtures.ts'

const NAMES = ['lenient', 'standard', 'strict'] as const
const read = (name: (typeof NAMES)[number]) =>
  readFileSync(new URL(`../../config/policies/${name}.yaml`, import.meta.url), 'utf8')
const preset = (name: (typeof NAMES)[number]) => parsePolicy(read(name), `${name}.yaml`)
const at = WEDNESDAY_10

describe.each(NAMES)('the preset %s', (name) => {
  it('is read without errors and without warnings, and only observes', () => {
    const policy = preset(name)
    expect(checkPolicy(policy)).toEqual([])
    expect(policy.mode).toBe('observe')
  })
  it('explains itself in Chinese: every rule has a comment, a title and a clause with its year', () => {
    const lines = read(name).split('\n')
    for (const [index, line] of lines.entries()) {
      if (line.startsWith('  - id:')) expect(lines[index - 1]).toMatch(/^ {2}# \p{Script=Han}/u)
    }
    for (const each of preset(name).rules) {
      expect(each.title).toMatch(/\p{Script=Han}/u)
      expect(each.clause).toMatch(/20[12]\d/)
      expect(each.clause).toMatch(/「.+」/)
    }
  })
  it('never reacts to a task, a progress, a problem or a notice', () => {
    for (const label of ['task', 'progress', 'problem', 'notice'] as const) {
      const said = { label, at, flags: ['asks_ack', 'asks_trace', 'deadline', 'form'] as const }
      expect(say(preset(name), newWorld(), { ...said, flags: [...said.flags] })).toEqual([])
    }
  })
  it('meets boasts, clock-ins and mandates, and never in public', () => {
    for (const label of ['boast', 'checkin', 'mandate'] as const) {
      const decisions = say(preset(name), newWorld(), { label, at, confidence: 0.92 })
      expect(decisions).not.toEqual([])
      for (const { to } of decisions) expect(to).not.toBe(GROUP)
    }
  })
  it('is silent in an emergency', () => {
    const text = '防汛应急响应,请各村立即打卡报到'
    expect(say(preset(name), newWorld(), { label: 'mandate', at, text }).map(({ held }) => held)).toEqual(['emergency'])
  })
})

describe('the preset standard', () => {
  const outcomes = (label: Label, times: number) => {
    const world = newWorld()
    return Array.from({ length: times }, (_, index) => brief(say(preset('standard'), world, { label, at: at + index })))
  }
  it('is called after the rule', () => {
    expect(preset('standard').name).toBe('只发任务不晒成绩')
  })
  it('reminds of the first two boasts and tells the owner of the third', () => {
    expect(outcomes('boast', 3)).toEqual([['remind-sender→zhang'], ['remind-sender→zhang'], ['note-owner→owner']])
  })
  it('offers silent confirmation at the fifth 收到, once', () => {
    expect(outcomes('ritual', 9).flat()).toEqual(['offer-silent-confirm→owner'])
  })
  it('leaves small talk alone', () => {
    expect(outcomes('chatter', 20).flat()).toEqual([])
  })
})

describe('the preset strict', () => {
  it('says one word in the group at every sixth piece of small talk, within its budget of a day', () => {
    const world = newWorld()
    const outcomes = Array.from({ length: 30 }, () =>
      brief(say(preset('strict'), world, { label: 'chatter', at })),
    ).flat()
    expect(outcomes).toEqual([
      'note-group→@group',
      'note-group→@group',
      'note-group!budget',
      'note-group!budget',
      'note-group!budget',
    ])
  })
})
