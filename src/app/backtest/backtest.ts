import type { Kysely } from 'kysely'
import { chinaDate, DAY_MS } from '../../domain/calendar.ts'
import { CodedError } from '../../domain/errors.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Policy } from '../../domain/policy.ts'
import { type HistoryNeeds, historyNeeds } from '../../policy/history.ts'
import { judgedOnDays, judgedSpan, type PastMessage, pastMessages, type Span } from '../../store/backtest-messages.ts'
import { otherPosts } from '../../store/backtest-world.ts'
import { type Group, type GroupRef, groupKey, listGroups } from '../../store/groups.ts'
import type { Tables } from '../../store/tables.ts'
import { createSide, type TriedDecision } from './side.ts'
import { createTally, type Pair, type PersonCounts, type Tally } from './tally.ts'
import { type PastGroup, readWorld } from './world.ts'

export interface BacktestOptions {
  db: Kysely<Tables>
  tenantId: string
  /** Tried on the messages of this group alone; what the others say and demand is followed all the same. */
  groupId?: string | undefined
  /** Null for all that is stored on that end; `to` exclusive. */
  span: { from: EpochMs | null; to: EpochMs | null }
  /** What is compared: the policies of each group, the same object each time. */
  policies: Pair<(group: GroupRef) => Policy>
  /** Called for each message on which the two differ, in the order of time. */
  onDifference?(difference: Difference): void
  onProgress?(done: number, total: number): void
}

/** A message on which the two decide differently. */
export interface Difference {
  message: PastMessage
  group: PastGroup
  senderName: string
  decisions: Pair<TriedDecision[]>
}

export interface BacktestReport extends Omit<Tally, 'people'> {
  /** Of what was asked for, with what was found there. */
  messages: number
  first: EpochMs
  last: EpochMs
  groups: number
  /** Recalled since: their words are gone, and rules that look at words cannot see them. */
  recalled: number
  differences: number
  /** Who would have been spoken to, most often first. */
  people: (Pair<PersonCounts> & { memberId: string; name: string })[]
}

/** Before the first message of any platform, and after the last that a date of four digits can name. */
const EVER: Span = { from: 0, to: Date.UTC(9999, 0) }

const unknownGroup = (tenantId: string, groupId: string, groups: readonly Group[]) =>
  new CodedError('GROUP_UNKNOWN', `没有编号为 ${groupId} 的群 (no such group)`, {
    hint: `${tenantId} 已知的群: ${groups.map((each) => each.groupId).join('、') || '(还没有)'}`,
    status: 404,
  })

/** How far before the span the trial begins, so that its first messages find what rules look back on. */
function lookBack(groups: readonly Group[], policies: BacktestOptions['policies']): number {
  const all = new Set(groups.flatMap((group) => [policies.old(group), policies.new(group)]))
  const furthest = ({ matchesWithin, asksWithin, demandsWithin, decisionsWithin, postsWithin }: HistoryNeeds) =>
    Math.max(matchesWithin, asksWithin, demandsWithin, decisionsWithin, postsWithin)
  return Math.max(0, ...[...all].map((policy) => furthest(historyNeeds(policy)))) + DAY_MS
}

const sameDecisions = (one: readonly TriedDecision[], other: readonly TriedDecision[]): boolean => {
  const keys = (decisions: readonly TriedDecision[]) =>
    decisions
      .map(({ rule, action, to, held, notBefore, trial }) => JSON.stringify([rule, action, to, held, notBefore, trial]))
      .sort()
      .join()
  return one.length === other.length && keys(one) === keys(other)
}

/**
 * Tries two policies side by side on the stored messages of a tenant with their stored verdicts, by the very `decide`
 * that governs, on a clock that stands where each message was sent. Changes nothing. What is held in memory is a page
 * of messages and what rules look back on. `mode` is not looked at; the days in which a policy only observes are.
 * Throws CodedError GROUP_UNKNOWN or NO_MESSAGES.
 */
export async function backtest(options: BacktestOptions): Promise<BacktestReport> {
  const { db, tenantId, groupId, policies } = options
  const span: Span = { from: options.span.from ?? EVER.from, to: options.span.to ?? EVER.to }
  const groups = (await listGroups(db)).filter((group) => group.tenantId === tenantId)
  const tried = groupId === undefined ? groups : groups.filter((group) => group.groupId === groupId)
  if (groupId !== undefined && tried.length === 0) throw unknownGroup(tenantId, groupId, groups)
  const found = await judgedSpan(db, tried, span)
  if (found === null) throw noMessages(await judgedSpan(db, tried, EVER))
  const whole: Span = { from: found.first - lookBack(groups, policies), to: found.last + 1 }
  const total = await judgedOnDays(db, groups, whole)

  const world = await readWorld(db, tenantId, groups, whole)
  const sides = { old: createSide(policies.old, world), new: createSide(policies.new, world) }
  const tally = createTally()
  const others = await otherPosts(db, tenantId, whole)
  let heard = 0
  let done = 0
  let messages = 0
  let recalled = 0
  let differences = 0

  function consider(message: PastMessage): void {
    for (let post = others[heard]; post && post.since <= message.sentAt; post = others[++heard]) {
      sides.old.hear(post)
      sides.new.hear(post)
    }
    const decisions = { old: sides.old.decide(message), new: sides.new.decide(message) }
    if (message.sentAt < span.from || (groupId !== undefined && message.groupId !== groupId)) return
    messages++
    if (message.isRecalled) recalled++
    tally.add(decisions)
    if (sameDecisions(decisions.old, decisions.new)) return
    differences++
    const group = world.get(groupKey(message))
    if (!group) return
    const senderName = group.members.get(message.senderId)?.name ?? message.senderId
    options.onDifference?.({ message, group, senderName, decisions })
  }

  for await (const page of pastMessages(db, groups, whole)) {
    for (const message of page) consider(message)
    done += page.length
    options.onProgress?.(Math.min(done, total - 1), total)
  }
  options.onProgress?.(total, total)
  const { people, ...counted } = tally.result()
  return { ...found, messages, groups: tried.length, recalled, differences, ...counted, people: named(people, world) }
}

function noMessages(held: Awaited<ReturnType<typeof judgedSpan>>): CodedError {
  return new CodedError('NO_MESSAGES', '这段时间里没有判断过的消息 (no judged messages in this range)', {
    hint: held ? `存下的消息从 ${chinaDate(held.first)} 到 ${chinaDate(held.last)}。` : '还没有存下判断过的消息。',
    status: 404,
  })
}

function named(people: Tally['people'], world: ReadonlyMap<string, PastGroup>): BacktestReport['people'] {
  const names = new Map<string, string>()
  for (const { members } of world.values()) for (const { memberId, name } of members.values()) names.set(memberId, name)
  const often = ({ old, new: tried }: Pair<PersonCounts>) => tried.said + tried.trial + (old.said + old.trial) / 1e6
  return [...people]
    .map(([memberId, counts]) => ({ memberId, name: names.get(memberId) ?? memberId, ...counts }))
    .sort((a, b) => often(b) - often(a) || (a.memberId < b.memberId ? -1 : 1))
}
