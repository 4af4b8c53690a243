import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteLength, splitByBytes } from '../../src/outbox/split.ts'

const MARK = /\n\((\d+)\/(\d+)\)$/
const withoutMark = (part: string) => part.replace(MARK, '')
const withoutBreaks = (text: string) => text.replace(/\n/g, '')

const words = fc.constantFrom(
  '请',
  '各村',
  '😀',
  '👨‍👩‍👧',
  '。',
  ',',
  '\n',
  '\n\n',
  'a',
  '**粗**',
  ' ',
  '\u0301',
  '12:30',
)
const text = fc.oneof(
  fc.array(words, { maxLength: 400 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 400 }),
)
const limit = fc.integer({ min: 64, max: 700 })

describe('splitByBytes', () => {
  it('leaves a text that fits as it is, to the last byte', () => {
    expect(splitByBytes('', 64)).toEqual([''])
    expect(splitByBytes('事'.repeat(21), 63)).toEqual(['事'.repeat(21)])
    expect(splitByBytes(`${'事'.repeat(21)}a`, 64)).toHaveLength(1)
    expect(splitByBytes(`${'事'.repeat(21)}ab`, 64)).toHaveLength(2)
  })

  it('makes no part longer than the limit', () => {
    fc.assert(
      fc.property(text, limit, (whole, bytes) => {
        for (const part of splitByBytes(whole, bytes)) expect(byteLength(part)).toBeLessThanOrEqual(bytes)
      }),
    )
  })

  it('never cuts a character in half', () => {
    fc.assert(
      fc.property(text, limit, (whole, bytes) => {
        for (const part of splitByBytes(whole, bytes)) expect(part.isWellFormed()).toBe(true)
      }),
    )
  })

  it('holds all of the text in its parts, but for line breaks where it was cut', () => {
    fc.assert(
      fc.property(text, limit, (whole, bytes) => {
        const parts = splitByBytes(whole, bytes)
        const joined = parts.length === 1 ? whole : parts.map(withoutMark).join('')
        expect(withoutBreaks(joined)).toBe(withoutBreaks(whole))
      }),
    )
  })

  it('counts its parts from the first to the last', () => {
    fc.assert(
      fc.property(text, limit, (whole, bytes) => {
        const parts = splitByBytes(whole, bytes)
        if (parts.length === 1) return
        const marks = parts.map((part) => MARK.exec(part)?.slice(1).map(Number))
        expect(marks).toEqual(parts.map((_, index) => [index + 1, parts.length]))
      }),
    )
  })

  it('cuts at the end of a line where one is near, else at the end of a sentence', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `- 第${index + 1}号任务,周五前办结`).join('\n')
    for (const part of splitByBytes(lines, 128)) expect(withoutMark(part)).toMatch(/^- 第.*办结$/s)
    const sentences = '请各村周五前报送台账。'.repeat(12)
    for (const part of splitByBytes(sentences, 128)) expect(withoutMark(part).endsWith('。')).toBe(true)
  })
})
