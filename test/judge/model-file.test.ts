import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createJudge } from '../../src/judge/judge.ts'
import { HEADER_FILE, loadModel, WEIGHTS_FILE } from '../../src/judge/load.ts'
import { decodeModel, encodeModel } from '../../src/judge/model-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'qingqun-model-'))
afterAll(() => rmSync(folder, { recursive: true }))
const model = loadModel()
const file = encodeModel(model, '2026-03-02')

const refusal = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}
const rebuild = expect.stringContaining('npm run -s qingqun -- train')

describe('a model file', () => {
  it('judges after a round trip exactly as before', () => {
    const again = decodeModel(file)
    expect(again.card.version).toMatch(/^2026-03-02\/[0-9a-f]{8}$/)
    const input = { text: '后山塌方，路断了，请求支援', role: 'member', context: [] } as const
    expect(createJudge(again).classify(input)).toEqual(createJudge(model).classify(input))
  })

  it('is the same, byte for byte, when it is written again', () => {
    const again = encodeModel(decodeModel(file), '2026-03-02')
    expect(Buffer.compare(again.weights, file.weights)).toBe(0)
  })

  it('is below six megabytes and names what it was trained on', () => {
    expect(file.weights.length).toBeLessThan(6_000_000)
    expect(model.card.trainedOn.lines).toBeGreaterThan(10_000)
  })

  it('is refused when a single bit is wrong, with a hint to train again', () => {
    const weights = new Uint8Array(file.weights)
    weights[1_000] = (weights[1_000] ?? 0) ^ 1
    expect(refusal(() => decodeModel({ ...file, weights }))).toMatchObject({ code: 'MODEL_CORRUPT', hint: rebuild })
  })

  it('is refused when it is cut short or its header is not whole', () => {
    const weights = file.weights.slice(0, -1)
    expect(refusal(() => decodeModel({ ...file, weights }))).toMatchObject({ code: 'MODEL_CORRUPT', hint: rebuild })
    const header = file.header.slice(0, 200)
    expect(refusal(() => decodeModel({ ...file, header }))).toMatchObject({ code: 'MODEL_CORRUPT', hint: rebuild })
  })

  it('is refused when it was made for other features', () => {
    const header = file.header.replace(/"format": \d+/, '"format": 1')
    expect(refusal(() => decodeModel({ ...file, header }))).toMatchObject({ code: 'MODEL_CORRUPT', hint: rebuild })
  })

  it('says how to make one where there is none', () => {
    expect(refusal(() => loadModel(join(folder, 'nowhere')))).toMatchObject({ code: 'MODEL_MISSING', hint: rebuild })
    writeFileSync(join(folder, HEADER_FILE), file.header)
    expect(refusal(() => loadModel(folder))).toMatchObject({ code: 'MODEL_MISSING', hint: rebuild })
    writeFileSync(join(folder, WEIGHTS_FILE), file.weights)
    expect(loadModel(folder).card.version).toMatch(/^2026-03-02\//)
  })
})
