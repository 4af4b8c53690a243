import type { Kysely } from 'kysely'
import { DAY_MS } from '../domain/calendar.ts'
import type { Action } from '../domain/decision.ts'
import type { EpochMs, GroupMessage } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import { type HistoryNeeds, historyNeeds } from '../policy/history.ts'
import { sketchOf } from '../policy/sketch.ts'
import { decisionsByRule, decisionsBySender } from '../store/decisions.ts'
import { demandsLike } from '../store/demands.ts'
import { type GroupRef, groupKey, lockGroups, membersOf } from '../store/groups.ts'
import { itemsOf } from '../store/ledger.ts'
import { recentMessages } from '../store/messages.ts'
import { postsTo } from '../store/outbox.ts'
import { asksSince, matchesSince } from '../store/rule-matches.ts'
import { silencesIn } from '../store/silences.ts'
import type { Tables } from '../store/tables.ts'
import { createDemandIndex, type DemandIndex } from './demand-index.ts'
import { type GroupState, isJudged, ownerOf, type PolicyInForce, stateMode } from './group-state.ts'
import { forget } from './remember.ts'
import type { StateCache } from './state-cache.ts'

/** How many earlier messages the judge and the ledger look at. */
const RECENT = 80
/** Closed items stay in sight this long: a late report still finds its task. */
const CLOSED_IN_SIGHT_MS = 14 * DAY_MS
const DECISIONS_A_SENDER = 100
/** A rule may have a window for each sender or text; above what a group meets within one. */
const DECISIONS_A_RULE = 100
/** Above any budget, so that counting is exact where it matters. */
const POSTS_A_RECIPIENT = 120

/** The furthest that any of the policies looks back. */
function widest(policies: readonly PolicyInForce[]): HistoryNeeds {
  const needs = [...new Set(policies.map(({ policy }) => policy))].map(historyNeeds)
  const most = (pick: (need: HistoryNeeds) => number) => Math.max(0, ...needs.map(pick))
  return {
    matchesWithin: most((need) => need.matchesWithin),
    asksWithin: most((need) => need.asksWithin),
    demandsWithin: most((need) => need.demandsWithin),
    decisionsWithin: most((need) => need.decisionsWithin),
    postsWithin: most((need) => need.postsWithin),
  }
}

/** What only the group's own messages change: it can be remembered from one batch to the next. */
async function readMemory(
  trx: Kysely<Tables>,
  states: readonly GroupState[],
  needs: HistoryNeeds,
  earliest: EpochMs,
): Promise<void> {
  if (states.length === 0) return
  const byKey = new Map(states.map((state) => [groupKey(state.group), state]))
  const groups = states.map((state) => state.group)
  for (const { tenantId, groupId, ...member } of await membersOf(trx, groups))
    byKey.get(groupKey({ tenantId, groupId }))?.members.set(member.memberId, member)
  for (const state of states) state.roster = [...state.members.values()]
  for (const recent of await recentMessages(trx, groups, RECENT)) byKey.get(groupKey(recent))?.recent.push(recent)
  for (const state of states) state.judged = state.recent.filter(isJudged)
  for (const { item, ...ref } of await itemsOf(trx, groups, earliest - CLOSED_IN_SIGHT_MS))
    byKey.get(groupKey(ref))?.items.set(item.number, item)
  if (needs.matchesWithin > 0)
    for (const { tenantId, groupId, ...match } of await matchesSince(trx, groups, earliest - needs.matchesWithin - 1))
      byKey.get(groupKey({ tenantId, groupId }))?.matches.push(match)
  if (needs.asksWithin > 0)
    for (const { tenantId, groupId, ...ask } of await asksSince(trx, groups, earliest - needs.asksWithin - 1))
      byKey.get(groupKey({ tenantId, groupId }))?.asks.push(ask)
}

/** What was decided about the senders of this batch, when each counting rule was last met, and which notes stand for more. */
async function readDecisions(
  trx: Kysely<Tables>,
  states: ReadonlyMap<string, GroupState>,
  messages: readonly GroupMessage[],
  since: EpochMs,
  now: EpochMs,
): Promise<void> {
  const isObserved = observedAt(now)
  const rules = [...states.values()].flatMap(({ inForce }) => inForce.policy.rules)
  const counting = new Set(rules.flatMap((rule) => (rule.when.count === undefined ? [] : rule.id)))
  const gathering = rules.flatMap((rule) => (rule.then.some(isNote) ? rule.id : []))
  const groups = [...states.values()].map((state) => ({ ...state.group, simulated: isObserved(state) }))
  const senders = sendersOf(messages).map((sender) => ({
    ...sender,
    simulated: isObserved(states.get(groupKey(sender))),
  }))
  const speaking = new Set(senders.map((sender) => `${groupKey(sender)}\0${sender.senderId}`))
  const byRule = await decisionsByRule(trx, groups, [...counting.union(new Set(gathering))], since, DECISIONS_A_RULE)
  const found = [
    ...(await decisionsBySender(trx, senders, since, DECISIONS_A_SENDER)),
    // What is under appeal is left out above for its sender, and still completes a window.
    ...byRule.filter((each) => counting.has(each.rule) || !speaking.has(`${groupKey(each)}\0${each.senderId}`)),
  ]
  const seen = new Set<string>()
  for (const decision of found) {
    const key = [groupKey(decision), decision.messageId, decision.rule, decision.action].join('\0')
    if (!seen.has(key)) states.get(groupKey(decision))?.decisions.push(decision)
    seen.add(key)
  }
}

const isNote = (action: Action): boolean => action === 'note-owner' || action === 'note-group'

/** In observe mode what was only simulated counts as said; in enforce mode it never happened. */
const observedAt =
  (now: EpochMs) =>
  (state: GroupState | undefined): boolean =>
    state !== undefined && stateMode(state, now) === 'observe'

const sendersOf = (messages: readonly GroupMessage[]) => [
  ...new Map(
    messages.map(({ tenantId, groupId, sender }) => {
      const of = { tenantId, groupId, senderId: sender.memberId }
      return [`${groupKey(of)}\0${of.senderId}`, of]
    }),
  ).values(),
]

/** What was or will be said to the groups, to their owners and those who asked, who may be spoken to, and to the senders. */
async function readPosts(
  trx: Kysely<Tables>,
  states: ReadonlyMap<string, GroupState>,
  messages: readonly GroupMessage[],
  since: EpochMs,
  now: EpochMs,
): Promise<void> {
  const isObserved = observedAt(now)
  const wanted = new Map<string, { state: GroupState; recipient: string }>()
  const want = (state: GroupState | undefined, recipient: string | null) => {
    if (state && recipient !== null) wanted.set(`${groupKey(state.group)}\0${recipient}`, { state, recipient })
  }
  for (const state of states.values()) {
    want(state, GROUP)
    want(state, ownerOf(state))
    for (const ask of state.asks) want(state, ask.senderId)
  }
  for (const sender of sendersOf(messages)) want(states.get(groupKey(sender)), sender.senderId)
  const recipients = [...wanted.values()].map(({ state, recipient }) => ({
    tenantId: state.group.tenantId,
    groupId: state.group.groupId,
    recipient,
    simulated: isObserved(state),
  }))
  for (const post of await postsTo(trx, recipients, since, POSTS_A_RECIPIENT))
    states.get(groupKey(post))?.posts.push(post)
}

/** Earlier demands, of whatever group, that the messages of this batch may repeat where the policy asks. */
async function readDemands(
  trx: Kysely<Tables>,
  states: ReadonlyMap<string, GroupState>,
  messages: readonly GroupMessage[],
  demandsOf: (tenantId: string) => DemandIndex,
  since: EpochMs,
): Promise<void> {
  const asking = messages.filter((message) => {
    const state = states.get(groupKey(message))
    return state && historyNeeds(state.inForce.policy).demandsWithin > 0
  })
  for (const [tenantId, ofTenant] of Map.groupBy(asking, (message) => message.tenantId)) {
    const bands = ofTenant.flatMap((message) => sketchOf(message.text)?.bands ?? [])
    const demands = demandsOf(tenantId)
    for (const demand of await demandsLike(trx, tenantId, bands, since)) demands.add(demand)
  }
}

/**
 * Locks the groups of these messages and gives what is known of each, in a number of statements that does not depend
 * on how many messages or groups there are. To be called inside the transaction that stores the messages.
 */
export async function loadStates(
  trx: Kysely<Tables>,
  messages: readonly GroupMessage[],
  policyOf: (group: GroupRef) => PolicyInForce,
  cache: StateCache,
  now: EpochMs,
): Promise<Map<string, GroupState>> {
  const spoken = new Map(messages.map((message) => [groupKey(message), message]))
  const groups = await lockGroups(
    trx,
    [...spoken.values()].map(({ tenantId, groupId, adapter, channelId, chat, groupName }) => ({
      tenantId,
      groupId,
      adapter,
      channelId,
      chat,
      name: groupName ?? null,
    })),
    now,
  )
  const earliest = Math.min(...messages.map((message) => message.sentAt))
  const indexes = new Map<string, DemandIndex>()
  const demandsOf = (tenantId: string): DemandIndex => {
    const known = indexes.get(tenantId) ?? createDemandIndex()
    indexes.set(tenantId, known)
    return known
  }
  const fresh: GroupState[] = []
  const states = new Map(
    groups.map((group): [string, GroupState] => {
      const inForce = policyOf(group)
      const remembered = cache.find(group)
      if (remembered && remembered.inForce.policy === inForce.policy && remembered.since <= earliest)
        return [
          groupKey(group),
          {
            ...remembered,
            group,
            inForce,
            demands: demandsOf(group.tenantId),
            silence: null,
            decisions: [],
            posts: [],
          },
        ]
      const state: GroupState = {
        group,
        inForce,
        since: earliest,
        members: new Map(),
        roster: [],
        recent: [],
        judged: [],
        items: new Map(),
        matches: [],
        asks: [],
        demands: demandsOf(group.tenantId),
        silence: null,
        decisions: [],
        posts: [],
      }
      fresh.push(state)
      return [groupKey(group), state]
    }),
  )
  const needs = widest([...states.values()].map((state) => state.inForce))
  await readMemory(trx, fresh, needs, earliest)
  await readDecisions(trx, states, messages, earliest - needs.decisionsWithin - 1, now)
  await readPosts(trx, states, messages, earliest - needs.postsWithin - 1, now)
  await readDemands(trx, states, messages, demandsOf, earliest - needs.demandsWithin)
  const silences = await silencesIn(trx, groups, now)
  for (const [key, state] of states) state.silence = silences.get(key) ?? null
  return states
}

/** Cuts a state down to what the next batch needs, once it holds twice as much, so that what is remembered does not grow. */
export function trimState(state: GroupState): void {
  if (state.recent.length < 2 * RECENT) return
  state.recent = state.recent.slice(-RECENT)
  state.judged = state.judged.slice(-RECENT)
  const last = state.recent.at(-1)?.sentAt ?? 0
  // What comes late and is not older than these is decided on this state as well.
  forget(state, state.inForce.policy, state.recent[0]?.sentAt ?? 0)
  for (const item of state.items.values())
    if (item.state !== 'done' && item.closedAt !== null && item.closedAt < last - CLOSED_IN_SIGHT_MS)
      state.items.delete(item.number)
  // A message from before what is left is decided on what the store holds.
  state.since = Math.max(state.since, state.recent[0]?.sentAt ?? 0)
}
