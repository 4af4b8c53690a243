import { describe, expect, it } from 'vitest'
import type { Channel } from '../../src/adapters/adapter.ts'
import { createLadderChannel } from '../../src/adapters/ladder-channel.ts'
import type { SendResult } from '../../src/domain/outbound.ts'

const SENT: SendResult = { status: 'sent', receipt: null }
const FAILED: SendResult = { status: 'failed', code: 'GONE', hint: '已失效' }
const message = { groupId: 'g', audience: { kind: 'group' } as const, outboxId: 'o', body: '一' }

function ladder(results: (SendResult | 'unreachable')[]) {
  const asked: number[] = []
  const steps: string[] = []
  const rungs = results.map(
    (result, index): Channel => ({
      name: `rung-${index}`,
      maxBytes: 100 - index,
      reaches: () => result !== 'unreachable',
      send: async () => {
        asked.push(index)
        return result === 'unreachable' ? FAILED : result
      },
    }),
  )
  const channel = createLadderChannel({
    name: 'ladder',
    rungs,
    onStepDown: ({ from, to }) => void steps.push(`${from}>${to}`),
  })
  return { channel, asked, steps }
}

describe('ladder of channels', () => {
  it('says it on the best rung that reaches, and on the next only where that one failed for good', async () => {
    const { channel, asked, steps } = ladder(['unreachable', FAILED, SENT, SENT])
    expect(await channel.send(message)).toEqual(SENT)
    expect([asked, steps]).toEqual([[1, 2], ['rung-1>rung-2']])
  })

  it('does not go on where something may have been said or will be tried again', async () => {
    for (const status of ['uncertain', 'retry'] as const) {
      const result: SendResult = { status, code: 'X', hint: '…' }
      const { channel, asked } = ladder([result, SENT])
      expect(await channel.send(message)).toEqual(result)
      expect(asked).toEqual([0])
    }
  })

  it('reaches where any rung does, and says why where none was left', async () => {
    expect(ladder(['unreachable', SENT]).channel.reaches(message)).toBe(true)
    const none = ladder(['unreachable'])
    expect([none.channel.reaches(message), none.channel.maxBytes]).toEqual([false, 100])
    expect(await none.channel.send(message)).toMatchObject({ status: 'failed', code: 'NO_CHANNEL' })
    expect(await ladder([FAILED, FAILED]).channel.send(message)).toEqual(FAILED)
    expect(ladder([SENT, SENT]).channel.maxBytes).toBe(99)
  })

  it('tells of a step only where there is one to take', async () => {
    const { channel, steps } = ladder([FAILED, 'unreachable'])
    expect(await channel.send(message)).toEqual(FAILED)
    expect(steps).toEqual([])
  })

  it('cuts a text for the rungs that reach its audience, not for the others', () => {
    const partsFor = (...results: (SendResult | 'unreachable')[]) => ladder(results).channel.maxBytesTo?.(message)
    expect(partsFor(SENT, 'unreachable')).toBe(100)
    expect(partsFor(SENT, SENT, 'unreachable')).toBe(99)
    expect(partsFor('unreachable', 'unreachable')).toBe(99)
  })
})
