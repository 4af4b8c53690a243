import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { storable, storableJson } from '../../src/store/rows.ts'
import { onEachStore } from '../helpers/stores.ts'

/** Any UTF-16, half characters and NUL among it. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0xd83d, 0xde00, 0x202e, 0x22, 0x5c)), {
    maxLength: 40,
  })
  .map((units) => String.fromCharCode(...units))

describe('storable', () => {
  it('makes any text well formed and free of NUL, as long as before', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const kept = storable(text)
        expect([kept.isWellFormed(), kept.includes('\0'), kept.length]).toEqual([true, false, text.length])
      }),
    )
  })

  it('changes nothing of a text that PostgreSQL takes as it is, and nothing the second time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (text.isWellFormed() && !text.includes('\0')) expect(storable(text)).toBe(text)
        expect(storable(storable(text))).toBe(storable(text))
      }),
    )
  })

  it('does the same to every text inside a value', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ a: anyText, b: fc.array(anyText) })), (values) => {
        const expected = values.map(({ a, b }) => ({ a: storable(a), b: b.map(storable) }))
        expect(JSON.parse(storableJson(values))).toEqual(expected)
      }),
    )
  })
})

onEachStore('rows', (stores) => {
  it('come back as they were stored, whatever the text', async () => {
    const store = await stores.open()
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { maxLength: 20 }), async (texts) => {
        const { rows } = await sql<{ text: string; json: string[] }>`
          select ${storable(texts.join(''))}::text as text, ${storableJson(texts)}::jsonb as json`.execute(store.db)
        expect(rows).toEqual([{ text: storable(texts.join('')), json: texts.map(storable) }])
      }),
      { numRuns: 50 },
    )
  })
})
