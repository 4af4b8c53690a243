import { describe, expect, it } from 'vitest'
import { coalesce } from '../../src/web/shared/coalesce.ts'

/** A task whose runs are ended by hand. */
function controlled() {
  const ends: (() => void)[] = []
  const task = () => new Promise<void>((resolve) => ends.push(resolve))
  return { ends, task }
}

describe('coalesced reloads', () => {
  it('runs one at a time and once more for all calls that came meanwhile', async () => {
    const { ends, task } = controlled()
    const reload = coalesce(task)
    const all = [reload(), reload(), reload(), reload()]
    expect(ends).toHaveLength(1)
    ends[0]?.()
    await Promise.resolve()
    await Promise.resolve()
    expect(ends).toHaveLength(2)
    ends[1]?.()
    await Promise.all(all)
    expect(ends).toHaveLength(2)
  })

  it('starts anew after it has come to rest, even after a failure', async () => {
    let runs = 0
    const reload = coalesce(async () => {
      runs += 1
      if (runs === 1) throw new Error('offline')
    })
    await expect(reload()).rejects.toThrow('offline')
    await reload()
    expect(runs).toBe(2)
  })
})
