import { describe, expect, it } from 'vitest'
import { createPortions } from '../../src/intake/portions.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('work in portions', () => {
  it('gets everything once and in order, and is never under way twice at a time', async () => {
    const done: number[] = []
    let atWork = 0
    let most = 0
    const portions = createPortions<number>(async (items) => {
      most = Math.max(most, ++atWork)
      await new Promise((resolve) => setImmediate(resolve))
      done.push(...items)
      atWork--
    })
    for (const number of numbers(1_234)) await portions.add(number)
    await portions.finish()
    expect(done).toEqual(numbers(1_234))
    expect(most).toBe(1)
  })

  it('begins while the caller still adds, and not once there is nothing', async () => {
    const sizes: number[] = []
    const portions = createPortions<number>(async (items) => void sizes.push(items.length))
    for (const number of numbers(900)) await portions.add(number)
    expect(sizes.length).toBeGreaterThan(0)
    await portions.finish()
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(900)

    const none: number[] = []
    await createPortions<number>(async (items) => void none.push(items.length)).finish()
    expect(none).toEqual([])
  })

  it('tells its caller of a portion that failed, and settles all the same', async () => {
    const portions = createPortions<number>(async () => {
      throw new Error('refused')
    })
    const adding = async () => {
      for (const number of numbers(2_000)) await portions.add(number)
      await portions.finish()
    }
    await expect(adding()).rejects.toThrow('refused')
    await expect(portions.settled()).resolves.toBeUndefined()
  })
})
