import { describe, expect, it } from 'vitest'
import { createSlots } from '../../../src/judge/second-opinion/slots.ts'

const patient = () => new AbortController().signal

describe('a number of places', () => {
  it('hands a place that becomes free to whoever has waited longest', async () => {
    const take = createSlots(1)
    const order: string[] = []
    const release = await take(patient())
    const second = take(patient()).then((next) => {
      order.push('second')
      next?.()
    })
    const third = take(patient()).then(() => order.push('third'))
    expect(order).toEqual([])
    release?.()
    await Promise.all([second, third])
    expect(order).toEqual(['second', 'third'])
  })

  it('gives no place to whoever has stopped waiting, and loses none by it', async () => {
    const take = createSlots(1)
    const release = await take(patient())
    const impatient = new AbortController()
    const waiting = take(impatient.signal)
    impatient.abort()
    expect(await waiting).toBeNull()
    expect(await take(impatient.signal)).toBeNull()
    release?.()
    expect(await take(patient())).not.toBeNull()
  })
})
