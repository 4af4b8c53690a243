import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { enforcedFrom, withExempt } from '../../src/policy/edit-policy.ts'
import { lineDifference } from '../../src/policy/line-difference.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import { withMode } from '../../src/policy/with-mode.ts'

const preset = (name: string) => readFileSync(join(import.meta.dirname, `../../config/policies/${name}.yaml`), 'utf8')
const PRESETS = ['lenient', 'standard', 'strict', 'sandbox'].map(preset)
const read = (source: string) => parsePolicy(source, 'policy.yaml')
const RULES = 'rules: []\n'

const changedLines = (before: string, after: string) =>
  lineDifference(before, after).map(({ kind, text }) => `${kind} ${text}`)

describe('edits of a policy file', () => {
  it('change what they say and no other character', () => {
    const standard = preset('standard')
    expect(changedLines(standard, enforcedFrom(standard)).toSorted()).toEqual([
      'added mode: enforce',
      'removed mode: observe',
      'removed observeFirst: 7d',
    ])
    expect(changedLines(standard, withExempt(standard, ['li-mei'], true))).toEqual([
      'removed   members: []',
      'added   members: [li-mei]',
    ])
  })

  it('turn a policy on at once, also where new groups are only observed', () => {
    for (const source of PRESETS) {
      const policy = read(enforcedFrom(source))
      expect([policy.mode, policy.observeFirst]).toEqual(['enforce', undefined])
      expect(read(withMode(source, 'observe')).mode).toBe('observe')
    }
  })

  it('write a mode where the file names none', () => {
    expect(read(withMode(`name: x\n${RULES}`, 'enforce')).mode).toBe('enforce')
    expect(read(enforcedFrom(`# 说明\nname: x\n${RULES}`)).mode).toBe('enforce')
  })

  it('exempt members in every way in which a file can list them, and list them no more', () => {
    const files = [
      `name: x\n${RULES}`,
      `name: x\n${RULES}exempt: {}\n`,
      `name: x\nexempt:\n${RULES}`.replace('exempt:\n', 'exempt: {}\n'),
      `name: x\nexempt: { roles: [], members: [], keywords: [值班] }\n${RULES}`,
      `name: x\nexempt: { keywords: [值班] }\n${RULES}`,
      `name: x\nexempt:\n  keywords: [值班]   # 值班\n${RULES}`,
      `name: x\nexempt:\n  members:\n    - zhao   # 值班室\n    - qian\n  keywords: [值班]\n${RULES}`,
      `name: x\n${RULES}exempt:\n  members:\n  - zhao\n  - qian`,
      ...PRESETS,
    ]
    for (const source of files) {
      const before = read(source).exempt
      const added = withExempt(source, ['li mei', '0123', 'a: b', 'zhao'], true)
      expect(new Set(read(added).exempt.members)).toEqual(
        new Set([...before.members, 'li mei', '0123', 'a: b', 'zhao']),
      )
      expect(read(added).exempt.keywords).toEqual(before.keywords)
      const removed = withExempt(added, ['li mei', '0123', 'a: b', 'zhao', 'qian'], false)
      expect(read(removed).exempt).toEqual({ ...before, members: [] })
    }
  })

  it('keep the comments of those that stay on the list', () => {
    const source = `name: x\nexempt:\n  members:\n    - zhao   # 值班室\n    - qian\n${RULES}`
    expect(withExempt(source, ['qian'], false)).toContain('- zhao   # 值班室\n')
    expect(withExempt(source, ['sun'], true)).toContain('- zhao   # 值班室\n    - qian\n    - sun\n')
  })

  it('take any id, and give the file back as it was once it is taken out again', () => {
    const id = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((each) => each.trim() !== '')
    fc.assert(
      fc.property(fc.constantFrom(...PRESETS), fc.uniqueArray(id, { maxLength: 4 }), (source, ids) => {
        const exempted = withExempt(source, ids, true)
        expect(read(exempted).exempt.members).toEqual(ids)
        expect(withExempt(exempted, ids, false)).toBe(source)
      }),
      { numRuns: 30, examples: [[PRESETS[0] as string, ['- ', '[', 'true', '12']]] },
    )
  })

  it('change nothing where there is nothing to change', () => {
    for (const source of PRESETS) {
      expect(withExempt(source, ['nobody'], false)).toBe(source)
      expect(withMode(source, read(source).mode)).toBe(source)
    }
  })
})

describe('lineDifference', () => {
  it('says which lines to take out and which to add, with their numbers', () => {
    expect(lineDifference('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([
      { kind: 'removed', line: 2, text: 'b' },
      { kind: 'added', line: 2, text: 'x' },
      { kind: 'added', line: 4, text: 'd' },
    ])
    expect(lineDifference('a\n', 'a\n')).toEqual([])
  })

  it('turns the one text into the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = lineDifference(
          before.map((line) => `${line}\n`).join(''),
          after.map((line) => `${line}\n`).join(''),
        )
        const removed = new Set(changes.flatMap(({ kind, line }) => (kind === 'removed' ? [line] : [])))
        const kept: string[] = before.filter((_, index) => !removed.has(index + 1))
        for (const { kind, line, text: added } of changes) if (kind === 'added') kept.splice(line - 1, 0, added)
        expect(kept).toEqual(after)
      }),
    )
  })
})
