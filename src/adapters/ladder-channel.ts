import type { SendResult } from '../domain/outbound.ts'
import type { Channel } from './adapter.ts'

/**
 * One way out made of several, best first. Each is asked for itself when something is said; the next one only where
 * this one failed for good, so that nothing is said twice. `onStepDown` is told of every step and must not throw.
 */
export function createLadderChannel(options: {
  name: string
  rungs: readonly Channel[]
  onStepDown?: (step: { from: string; to: string; code: string; hint: string }) => void
}): Channel {
  const { name, rungs, onStepDown } = options
  // A receipt names its message on the platform, whichever rung said it.
  const recalling = rungs.find((rung) => rung.recall !== undefined)
  const least = (some: readonly Channel[]) => Math.min(...some.map((rung) => rung.maxBytes))
  return {
    name,
    maxBytes: least(rungs),
    // A part must fit every rung that it may come to, and no other.
    maxBytesTo(message) {
      const reaching = rungs.filter((rung) => rung.reaches(message))
      return least(reaching.length === 0 ? rungs : reaching)
    },
    reaches: (message) => rungs.some((rung) => rung.reaches(message)),
    async send(message) {
      let from: string | null = null
      let result: SendResult = { status: 'failed', code: 'NO_CHANNEL', hint: '没有一条通道能送达这个群或成员' }
      for (const rung of rungs) {
        if (!rung.reaches(message)) continue
        if (from !== null && result.status === 'failed')
          onStepDown?.({ from, to: rung.name, code: result.code, hint: result.hint })
        result = await rung.send(message)
        if (result.status !== 'failed') return result
        from = rung.name
      }
      return result
    },
    ...(recalling?.recall === undefined ? {} : { recall: recalling.recall }),
  }
}
