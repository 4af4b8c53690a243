import { describe, expect, it } from 'vitest'
import { createTokenCache, type FetchedToken, sendWithToken } from '../../src/adapters/token-cache.ts'

function cacheOf(answers: (serial: number) => FetchedToken | Promise<FetchedToken>) {
  const clock = { now: 0, fetched: 0 }
  const fetchToken = async () => {
    clock.fetched++
    return answers(clock.fetched)
  }
  return { clock, tokens: createTokenCache({ fetchToken, now: () => clock.now }) }
}
const twoHours = (serial: number) => ({ token: `t${serial}`, lifetimeMs: 7_200_000 })
const refused = { refused: { status: 'failed', code: 'X', hint: 'x' } as const }

describe('token cache', () => {
  it('fetches once for however many ask at the same time', async () => {
    const { clock, tokens } = cacheOf(twoHours)
    const answers = await Promise.all(Array.from({ length: 50 }, () => tokens.get()))
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"token":"t1"}']))
    expect(clock.fetched).toBe(1)
  })

  it('renews a token 60 s before it expires and not earlier', async () => {
    const { clock, tokens } = cacheOf(twoHours)
    await tokens.get()
    clock.now = 7_140_000 - 1
    expect(await tokens.get()).toEqual({ token: 't1' })
    clock.now = 7_140_000
    expect(await tokens.get()).toEqual({ token: 't2' })
  })

  it('drops the token it is told of and keeps a newer one', async () => {
    const { clock, tokens } = cacheOf(twoHours)
    await tokens.get()
    tokens.drop('t1')
    expect(await tokens.get()).toEqual({ token: 't2' })
    tokens.drop('t1')
    expect(await tokens.get()).toEqual({ token: 't2' })
    expect(clock.fetched).toBe(2)
  })

  it('does not keep a refusal, nor a fetch that throws', async () => {
    const { tokens } = cacheOf((serial) => {
      if (serial === 1) return refused
      if (serial === 2) throw new Error('bug')
      return twoHours(serial)
    })
    expect(await tokens.get()).toEqual(refused)
    await expect(tokens.get()).rejects.toThrow('bug')
    expect(await tokens.get()).toEqual({ token: 't3' })
  })

  it('still gives out a token that lives shorter than the margin', async () => {
    const { clock, tokens } = cacheOf((serial) => ({ token: `t${serial}`, lifetimeMs: 30_000 }))
    expect(await tokens.get()).toEqual({ token: 't1' })
    expect(await tokens.get()).toEqual({ token: 't2' })
    expect(clock.fetched).toBe(2)
  })
})

describe('sending with a token', () => {
  it('tries once more with a new token, and then gives up for now', async () => {
    const { clock, tokens } = cacheOf(twoHours)
    const tried: string[] = []
    const result = await sendWithToken(tokens, async (token) => {
      tried.push(token)
      return 'token-refused'
    })
    expect(tried).toEqual(['t1', 't2'])
    expect(result).toMatchObject({ status: 'retry', code: 'TOKEN_REFUSED' })
    expect(clock.fetched).toBe(2)
  })

  it('hands on why there is no token', async () => {
    const { tokens } = cacheOf(() => refused)
    expect(await sendWithToken(tokens, async () => ({ status: 'sent', receipt: null }))).toEqual(refused.refused)
  })
})
