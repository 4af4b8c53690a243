import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LABELS } from '../../src/domain/label.ts'
import { calibrate, interpolate, strengthOf } from '../../src/judge/calibrate.ts'
import type { Calibration } from '../../src/judge/model.ts'
import { fitCalibration, type Outcome } from '../../src/judge/train/fit-calibration.ts'

const CALIBRATION: Calibration = {
  temperature: 0.9,
  substantive: [
    [0.5, 0.5],
    [0.9, 0.8],
    [1, 1],
  ],
  noise: [
    [0.5, 0.5],
    [0.97, 0.8],
    [1, 1],
  ],
  flags: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
}
const logits = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 9, maxLength: 9 })

describe('calibrated probabilities', () => {
  it('add up to one, and the label keeps the greatest', () => {
    fc.assert(
      fc.property(logits, (values) => {
        const out = new Float64Array(LABELS.length)
        const best = calibrate(CALIBRATION, values, out)
        const sum = out.reduce((a, b) => a + b, 0)
        return Math.abs(sum - 1) < 1e-9 && out.every((p) => p >= 0 && p <= (out[best] ?? 0) + 1e-9)
      }),
    )
  })

  it('rise with what the network says', () => {
    for (let p = 0; p < 1; p += 0.01)
      expect(interpolate(CALIBRATION.noise, p + 0.01)).toBeGreaterThanOrEqual(interpolate(CALIBRATION.noise, p))
  })

  it('put the network’s probability from which acting is safe at 0.8', () => {
    expect(interpolate(CALIBRATION.noise, 0.97)).toBeCloseTo(0.8)
    expect(interpolate(CALIBRATION.noise, 0.96)).toBeLessThan(0.8)
  })
})

describe('fitting a calibration', () => {
  const [task, ritual] = [LABELS.indexOf('task'), LABELS.indexOf('ritual')]
  const outcome = (label: number, said: number, strength: number, danger = false): Outcome => {
    const values = new Float32Array(15)
    values[said] = strength
    return { logits: values, label, flags: 0, danger }
  }
  const honest = Array.from({ length: 1_800 }, (_, i) => {
    const label = i % 2 ? task : ritual
    return outcome(label, label, 3 + (i % 60) / 10)
  })
  const wronged = (danger: boolean) => Array.from({ length: 40 }, () => outcome(task, ritual, 5, danger))

  it('asks for more where work has been called noise with great certainty', () => {
    const strict = fitCalibration([...honest, ...wronged(false)])
    const easy = fitCalibration(honest)
    expect(strict.noise[1]?.[0]).toBeGreaterThan(easy.noise[1]?.[0] ?? 1)
  })

  it('does not count what is never acted on because it names a danger', () => {
    const strict = fitCalibration([...honest, ...wronged(false)])
    const kept = fitCalibration([...honest, ...wronged(true)])
    expect(kept.noise[1]?.[0]).toBeLessThan(strict.noise[1]?.[0] ?? 0)
  })
})

describe('how strongly noise is noise', () => {
  const chances = (of: Partial<Record<(typeof LABELS)[number], number>>) => LABELS.map((label) => of[label] ?? 0)

  it('is more where only its kind is in doubt than where it might be work', () => {
    const kind = strengthOf(chances({ checkin: 0.6, boast: 0.4 }), LABELS.indexOf('checkin'))
    const work = strengthOf(chances({ checkin: 0.6, progress: 0.4 }), LABELS.indexOf('checkin'))
    expect(kind).toBeGreaterThan(work)
  })

  it('is the probability itself for work', () => {
    expect(strengthOf(chances({ task: 0.6, notice: 0.4 }), LABELS.indexOf('task'))).toBe(0.6)
  })
})
