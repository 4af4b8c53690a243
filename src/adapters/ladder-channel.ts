import type { SendResult } from '../domain/outbound.ts'
import type { Channel } from './adapter.ts'

/**
 * One way out made of several, best first. Each is asked for itself when something is said; the next one only where
 * this one failed for good, so that nothing is said twice. `onStepDown` is told of every step and must not throw.
 */
export function createLadderChannel(options: {
  name: string
  rungs: readonly Channel[]
  onStepDown?: (step: { from: string; code: string; hint: string }) => void
}): Channel {
  const { name, rungs, onStepDown } = options
  return {
    name,
    maxBytes: Math.min(...rungs.map((rung) => rung.maxBytes)),
    reaches: (message) => rungs.some((rung) => rung.reaches(message)),
    async send(message) {
      let result: SendResult = { status: 'failed', code: 'NO_CHANNEL', hint: '没有一条通道能送达这个群或成员' }
      for (const rung of rungs) {
        if (!rung.reaches(message)) continue
        result = await rung.send(message)
        if (result.status !== 'failed') return result
        onStepDown?.({ from: rung.name, code: result.code, hint: result.hint })
      }
      return result
    },
  }
}
