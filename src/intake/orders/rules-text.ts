import { DAY_MS } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Policy } from '../../domain/policy.ts'
import { safeText } from '../../domain/safe-text.ts'
import { modeIn } from '../../policy/mode.ts'
import type { PolicyInForce } from '../group-state.ts'

const MOST_RULES = 12

/** What the policy does at `now` in a group that the bot has known since `knownSince`. */
function modeText(policy: Policy, knownSince: EpochMs, now: EpochMs): string {
  if (modeIn(policy, knownSince, now) === 'enforce') return '已启用:不符合的消息会私下提醒发的人'
  if (policy.mode === 'observe' || policy.observeFirst === undefined) return '观察中:只记录,不提醒'
  const days = Math.ceil((knownSince + policy.observeFirst - now) / DAY_MS)
  return `观察中:只记录,不提醒;还有 ${days} 天正式启用`
}

/** The rules of a group in plain words: those that lead to a word first, at most a dozen. */
export function rulesText(
  { policy, version }: PolicyInForce,
  { knownSince, now }: { knownSince: EpochMs; now: EpochMs },
): string {
  const speaks = (rule: Policy['rules'][number]) => rule.then.some((action) => action !== 'record')
  const ordered = [...policy.rules].sort((a, b) => Number(speaks(b)) - Number(speaks(a)))
  const titles = [...new Set(ordered.map((rule) => safeText(rule.title ?? rule.id, 50)))]
  const more = titles.length > MOST_RULES ? [`- 另有 ${titles.length - MOST_RULES} 条`] : []
  return [
    `**本群规则:${safeText(policy.name, 40)}**(第 ${version} 版;${modeText(policy, knownSince, now)})`,
    ...titles.slice(0, MOST_RULES).map((title) => `- ${title}`),
    ...more,
    '觉得提醒不合适,私下发给我“申诉”即可。',
  ].join('\n')
}
