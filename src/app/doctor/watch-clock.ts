import type { Fetch } from '../../adapters/http-client.ts'
import type { Clock } from '../../domain/message.ts'
import { type Finding, right, unknown, wrong } from './finding.ts'

/** Signatures bear five minutes at the narrowest; a clock that is a minute off is not being set by anybody. */
const TOLERATED_MS = 60_000

/** Notes by the `Date` header of every answer how far the clock is from the platforms', and says so in the end. */
export function watchClock(fetch: Fetch, now: Clock): { fetch: Fetch; finding(): Finding } {
  const offsets: number[] = []
  return {
    async fetch(input, init) {
      const from = now()
      const response = await fetch(input, init)
      const theirs = Date.parse(response.headers.get('date') ?? '')
      if (!Number.isNaN(theirs)) offsets.push((from + now()) / 2 - theirs)
      return response
    },
    finding() {
      // One proxy with a wrong clock among several servers does not decide.
      const middle = offsets.toSorted((a, b) => a - b)[offsets.length >> 1]
      if (middle === undefined) return unknown('时钟: 没有平台应答,无法比较')
      const seconds = Math.round(Math.abs(middle) / 1000)
      if (Math.abs(middle) <= TOLERATED_MS) return right(`时钟: 与平台相差不到 ${TOLERATED_MS / 1000} 秒`)
      const far = seconds < 120 ? `${seconds} 秒` : `${Math.round(seconds / 60)} 分钟`
      return wrong(`时钟: 比平台${middle > 0 ? '快' : '慢'} ${far},签名会被拒绝;请打开系统的自动对时(NTP)`)
    },
  }
}
