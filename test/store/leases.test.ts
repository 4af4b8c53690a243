import { expect, it } from 'vitest'
import { releaseLease, takeLease } from '../../src/store/leases.ts'
import { onEachStore } from '../helpers/stores.ts'

const LONG = 60_000

onEachStore('a lease', (stores) => {
  it('is held by one at a time, who may renew it', async () => {
    const { db } = await stores.open()
    expect(await takeLease(db, 'bot', 'a', LONG)).toBe(true)
    expect(await takeLease(db, 'bot', 'b', LONG)).toBe(false)
    expect(await takeLease(db, 'bot', 'a', LONG)).toBe(true)
    expect(await takeLease(db, 'another bot', 'b', LONG)).toBe(true)
  })

  it('passes on when it has run out, or is given back by its holder', async () => {
    const { db } = await stores.open()
    await takeLease(db, 'bot', 'a', 0)
    expect(await takeLease(db, 'bot', 'b', LONG)).toBe(true)
    await releaseLease(db, 'bot', 'a')
    expect(await takeLease(db, 'bot', 'a', LONG)).toBe(false)
    await releaseLease(db, 'bot', 'b')
    expect(await takeLease(db, 'bot', 'a', LONG)).toBe(true)
  })

  it('goes to exactly one of many that ask at once', async () => {
    const { db } = await stores.open()
    const asked = await Promise.all(Array.from({ length: 12 }, (_, i) => takeLease(db, 'bot', `node ${i}`, LONG)))
    expect(asked.filter(Boolean)).toHaveLength(1)
  })
})
