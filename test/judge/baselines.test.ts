import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Example } from '../../src/judge/train/baselines/baseline.ts'
import { BASELINES } from '../../src/judge/train/baselines/baselines.ts'
import { loadPackage } from '../../src/judge/train/baselines/load-package.ts'
import { naiveBayesSpaced } from '../../src/judge/train/baselines/naive-bayes.ts'
import { trainNatural } from '../../src/judge/train/baselines/natural.ts'
import { readCorpus } from '../../src/judge/train/corpus.ts'

const corpus = readCorpus(fileURLToPath(new URL('../../config/corpus', import.meta.url)))
const [learnt, unseen] = [corpus.slice(0, 120), corpus.slice(1_500, 1_520)]

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(BASELINES)('the baseline $id', (baseline) => {
  it('gives a label and a confidence for texts that it never saw', { timeout: 60_000 }, async () => {
    // nlp.js says on the console that it compiles its dictionary.
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const classify = await baseline.train(learnt)
    const labels = new Set(learnt.map(({ label }) => label))
    for (const { text } of unseen) {
      const { label, confidence } = await classify(text)
      expect(baseline.id === 'keywords' || labels.has(label)).toBe(true)
      expect(confidence).toBeGreaterThanOrEqual(0)
      expect(confidence).toBeLessThanOrEqual(1)
    }
  })
})

describe('naive Bayes', () => {
  it('gives the posterior that one works out by hand, tokens of any length and each once', async () => {
    const examples: Example[] = [
      { text: 'a b', label: 'task' },
      { text: 'b c!', label: 'ritual' },
    ]
    const classify = await naiveBayesSpaced.train(examples)
    // Three words: of "a A" one distinct token, (1+1)/(2+3) for task and (0+1)/(2+3) for ritual, priors alike.
    expect(await classify('a A')).toEqual({ label: 'task', confidence: expect.closeTo(2 / 3) })
    expect(await classify('c')).toEqual({ label: 'ritual', confidence: expect.closeTo(2 / 3) })
  })
})

describe("natural's classifier", () => {
  it('says the same with vectors by table as with its own', async () => {
    const [table, own] = [await trainNatural(learnt), await trainNatural(learnt, { ownVectors: true })]
    for (const { text } of unseen) expect(await table(text)).toEqual(await own(text))
  })
})

describe('a package that is not installed', () => {
  it('is named in a coded error, and any other failure is passed on', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    await expect(loadPackage('some-package', Promise.reject(missing))).rejects.toMatchObject({
      code: 'BASELINE_ABSENT',
      message: '没有安装 some-package',
    })
    await expect(loadPackage('some-package', Promise.reject(new SyntaxError('broken')))).rejects.toThrow('broken')
  })
})
