import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { encodeModel } from '../../src/judge/model-file.ts'
import { readCorpus } from '../../src/judge/train/corpus.ts'
import { foldOf } from '../../src/judge/train/prepare.ts'
import { train } from '../../src/judge/train/train.ts'

const all = readCorpus(fileURLToPath(new URL('../../config/corpus', import.meta.url)))
const few = all.filter(({ source }, i) => source === 'everyday' && i % 3 === 0)

describe('training', () => {
  it('makes the same model of the same lines and seed, byte for byte', { timeout: 30_000 }, async () => {
    const [one, two] = [await train(few, { parts: 2 }), await train(few, { parts: 2 })]
    expect(encodeModel(one, '2026-03-02').header).toBe(encodeModel(two, '2026-03-02').header)
  })

  it('reports its progress from the first step to the last', { timeout: 30_000 }, async () => {
    const steps: [number, number][] = []
    await train(few.slice(0, 60), { parts: 2, onProgress: (done, total) => steps.push([done, total]) })
    expect(steps.map(([done]) => done)).toEqual(steps.map((_, i) => i))
    expect(steps.at(-1)?.[0]).toBe((steps[0]?.[1] ?? 0) - 1)
  })

  it('keeps all lines of a domain in one fold', () => {
    for (const group of Map.groupBy(all, ({ domain }) => domain).values())
      expect(new Set(group.map((line) => foldOf(line, 5))).size).toBe(1)
  })
})
