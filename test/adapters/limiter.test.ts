import Bottleneck from 'bottleneck'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createWebhookLimiters as dingtalkWebhooks } from '../../src/adapters/dingtalk/limiter.ts'
import { createAppLimiters, createWebhookLimiters as feishuWebhooks } from '../../src/adapters/feishu/limiter.ts'
import { foretellingEach, type Limiter, tooSoon } from '../../src/adapters/limiter.ts'
import { createAppchatLimiter, createWebhookLimiters as wecomWebhooks } from '../../src/adapters/wecom/limiters.ts'
import { createConversationLimiter } from '../../src/adapters/wecom/long-connection-limiter.ts'

afterEach(() => void vi.useRealTimers())

/** Asks for a turn that must come within a moment. */
function ask(limiter: Limiter): Promise<'done' | number> {
  return limiter.schedule<'done', number>(
    async () => 'done',
    (waitMs) => waitMs,
  )
}

async function askTimes(limiter: Limiter, times: number) {
  const asked = Array.from({ length: times }, () => ask(limiter))
  await vi.advanceTimersByTimeAsync(10_000)
  const answers = await Promise.all(asked)
  return { done: answers.filter((one) => one === 'done').length, late: answers.filter((one) => one !== 'done') }
}

describe('limiters', () => {
  it('hold nothing for longer than a moment, and say how long it would be', async () => {
    vi.useFakeTimers({ now: 0 })
    const cases: [string, Limiter, number, number][] = [
      ['a WeCom robot', wecomWebhooks()('x'), 5, 4_000],
      ['a WeCom conversation', createConversationLimiter()('x'), 10, 4_000],
      ['a DingTalk robot', dingtalkWebhooks()('x'), 5, 4_000],
      ['the chats of a WeCom app', createAppchatLimiter(), 23, 2_400],
      ['a Feishu robot', feishuWebhooks()('x'), 4, 2_480],
      ['a Feishu group', createAppLimiters()('x'), 7, 2_100],
    ]
    for (const [name, limiter, atOnce, wait] of cases) {
      const { done, late } = await askTimes(limiter, 40)
      expect({ name, done, late }).toEqual({ name, done: atOnce, late: Array(40 - atOnce).fill(wait) })
    }
  })

  it('are right about the wait: whoever comes back then is not sent away again', async () => {
    vi.useFakeTimers({ now: 0 })
    const limiter = wecomWebhooks()('x')
    const answered = async () => {
      const asked = ask(limiter)
      await vi.advanceTimersByTimeAsync(3_000)
      return asked
    }
    const answers: ('done' | number)[] = []
    for (let turn = 0; turn < 60; turn++) {
      const answer = await answered()
      answers.push(answer)
      if (answer === 'done') continue
      await vi.advanceTimersByTimeAsync(Math.max(0, answer - 3_000))
      expect(await answered()).toBe('done')
    }
    expect(answers.filter((answer) => answer !== 'done').length).toBeGreaterThan(5)
  })

  it('wait with whoever has the patience', async () => {
    vi.useFakeTimers({ now: 0 })
    const limiter = wecomWebhooks()('x')
    const done: number[] = []
    for (let count = 0; count < 8; count++) void limiter.schedule(async () => void done.push(Date.now()))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(done).toHaveLength(8)
    expect(Math.max(...done)).toBeGreaterThan(10_000)
  })

  it('are one for a name, another for another', async () => {
    const limiterOf = foretellingEach(new Bottleneck.Group({ minTime: 1 }), { burst: 1, everyMs: 1 })
    expect(limiterOf('a')).toBe(limiterOf('a'))
    expect(limiterOf('a')).not.toBe(limiterOf('b'))
  })

  it('ask to be woken no sooner than the turn comes', () => {
    expect(tooSoon(1234.2)).toMatchObject({ status: 'retry', afterMs: 1235, paced: true })
  })
})
