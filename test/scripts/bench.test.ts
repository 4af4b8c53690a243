import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { benchCorpus, streamInputs } from '../../scripts/bench/stream-inputs.ts'
import { ROOT } from '../../scripts/lib/package-bin.ts'
import { run } from '../../scripts/lib/run.ts'

describe('the bench of the judge', () => {
  const lines = benchCorpus()
  const inputs = streamInputs(lines)

  it('judges messages of median length 40 with three of context', () => {
    const lengths = inputs.map(({ text }) => text.length).toSorted((a, b) => a - b)
    const middle = lengths[lengths.length >> 1] ?? 0
    expect(inputs.length).toBeGreaterThan(1_000)
    expect(middle).toBeGreaterThanOrEqual(38)
    expect(middle).toBeLessThanOrEqual(42)
    expect(inputs.every(({ context }) => context.length === 3)).toBe(true)
  })

  it('gives as context what was said before in the same stream', () => {
    const streamsOf = Map.groupBy(lines, ({ text }) => text)
    for (const { text, context } of inputs) {
      const streams = new Set(streamsOf.get(text)?.map(({ stream }) => stream))
      for (const before of context)
        expect(streamsOf.get(before.text)?.some(({ stream }) => streams.has(stream))).toBe(true)
    }
  })

  it('measures a candidate in a process of its own', { timeout: 60_000 }, async () => {
    const bench = join(ROOT, 'scripts/bench.ts')
    const { code, output } = await run(process.execPath, [
      bench,
      'judge',
      '--only',
      'keywords',
      '--rounds',
      '1',
      '--json',
    ])
    expect({ code, output }).toMatchObject({ code: 0 })
    const { keywords } = JSON.parse(output) as { keywords: Record<string, number> }
    expect(keywords.messages).toBe(inputs.length)
    expect(keywords.perSecond).toBeGreaterThan(100)
    expect(keywords.p99Us).toBeGreaterThanOrEqual(keywords.p50Us ?? Number.NaN)
  })
})

it('is refused without a name, in words', async () => {
  const { code, output } = await run(process.execPath, [join(ROOT, 'scripts/bench.ts')])
  expect(code).toBe(1)
  expect(output).toContain('npm run bench -- judge')
})
