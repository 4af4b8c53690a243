import type { Kysely } from 'kysely'
import { DAY_MS } from '../domain/calendar.ts'
import { LABELS } from '../domain/label.ts'
import type { EpochMs, GroupMessage } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import { type HistoryNeeds, historyNeeds } from '../policy/history.ts'
import { decisionsByRule, decisionsBySender } from '../store/decisions.ts'
import { type GroupRef, groupKey, lockGroups, membersOf } from '../store/groups.ts'
import { itemsOf } from '../store/ledger.ts'
import { messagesByLabel, recentMessages } from '../store/messages.ts'
import { postsTo } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'
import { type GroupState, isJudged, ownerOf, type PolicyInForce } from './group-state.ts'
import type { StateCache } from './state-cache.ts'

/** How many earlier messages the judge and the ledger look at. */
const RECENT = 80
/** Closed items stay in sight this long: a late report still finds its task. */
const CLOSED_IN_SIGHT_MS = 14 * DAY_MS
const DECISIONS_A_SENDER = 100
/** Above any budget, so that counting is exact where it matters. */
const POSTS_A_RECIPIENT = 120

/** The furthest that any of the policies looks back. */
function widest(policies: readonly PolicyInForce[]): HistoryNeeds {
  const needs = [...new Set(policies.map(({ policy }) => policy))].map(historyNeeds)
  const most = (pick: (need: HistoryNeeds) => number) => Math.max(0, ...needs.map(pick))
  return {
    messageCount: Object.fromEntries(
      LABELS.map((label) => [label, most((need) => need.messageCount[label])]),
    ) as HistoryNeeds['messageCount'],
    within: most((need) => need.within),
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
  for (const past of await messagesByLabel(trx, groups, needs.messageCount, earliest - needs.within - 1))
    byKey.get(groupKey(past))?.messages.push(past)
}

/** What was decided about the senders of this batch, and when each counting rule was last met. */
async function readDecisions(
  trx: Kysely<Tables>,
  states: ReadonlyMap<string, GroupState>,
  messages: readonly GroupMessage[],
  since: EpochMs,
): Promise<void> {
  const counting = [...states.values()].flatMap(({ inForce }) =>
    inForce.policy.rules.filter((rule) => rule.when.count !== undefined).map((rule) => rule.id),
  )
  const groups = [...states.values()].map((state) => ({ ...state.group, simulated: isObserved(state) }))
  const senders = sendersOf(messages).map((sender) => ({
    ...sender,
    simulated: isObserved(states.get(groupKey(sender))),
  }))
  const found = [
    ...(await decisionsBySender(trx, senders, since, DECISIONS_A_SENDER)),
    ...(await decisionsByRule(trx, groups, [...new Set(counting)], since, 1)),
  ]
  const seen = new Set<string>()
  for (const decision of found) {
    const key = [groupKey(decision), decision.messageId, decision.rule, decision.action].join('\0')
    if (!seen.has(key)) states.get(groupKey(decision))?.decisions.push(decision)
    seen.add(key)
  }
}

/** In observe mode what was only simulated counts as said; in enforce mode it never happened. */
const isObserved = (state: GroupState | undefined): boolean => state?.inForce.policy.mode === 'observe'

const sendersOf = (messages: readonly GroupMessage[]) => [
  ...new Map(
    messages.map(({ tenantId, groupId, sender }) => {
      const of = { tenantId, groupId, senderId: sender.memberId }
      return [`${groupKey(of)}\0${of.senderId}`, of]
    }),
  ).values(),
]

/** What was or will be said to the groups, to their owners and leaders, who may be spoken to, and to the senders. */
async function readPosts(
  trx: Kysely<Tables>,
  states: ReadonlyMap<string, GroupState>,
  messages: readonly GroupMessage[],
  since: EpochMs,
): Promise<void> {
  const wanted = new Map<string, { state: GroupState; recipient: string }>()
  const want = (state: GroupState | undefined, recipient: string | null) => {
    if (state && recipient !== null) wanted.set(`${groupKey(state.group)}\0${recipient}`, { state, recipient })
  }
  for (const state of states.values()) {
    want(state, GROUP)
    want(state, ownerOf(state))
    for (const past of state.messages) if (past.role === 'leader') want(state, past.senderId)
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
  const fresh: GroupState[] = []
  const states = new Map(
    groups.map((group): [string, GroupState] => {
      const inForce = policyOf(group)
      const remembered = cache.find(group)
      if (remembered && remembered.inForce.policy === inForce.policy && remembered.since <= earliest)
        return [groupKey(group), { ...remembered, group, inForce, decisions: [], posts: [] }]
      const state: GroupState = {
        group,
        inForce,
        since: earliest,
        members: new Map(),
        roster: [],
        recent: [],
        judged: [],
        items: new Map(),
        messages: [],
        decisions: [],
        posts: [],
      }
      fresh.push(state)
      return [groupKey(group), state]
    }),
  )
  const needs = widest([...states.values()].map((state) => state.inForce))
  await readMemory(trx, fresh, needs, earliest)
  await readDecisions(trx, states, messages, earliest - needs.decisionsWithin - 1)
  await readPosts(trx, states, messages, earliest - needs.postsWithin - 1)
  return states
}

/** Cuts a state down to what the next batch needs, once it holds twice as much, so that what is remembered does not grow. */
export function trimState(state: GroupState): void {
  if (state.recent.length < 2 * RECENT) return
  const { messageCount, within } = historyNeeds(state.inForce.policy)
  state.recent = state.recent.slice(-RECENT)
  state.judged = state.judged.slice(-RECENT)
  const last = state.recent.at(-1)?.sentAt ?? 0
  const left = { ...messageCount }
  state.messages = state.messages
    .toReversed()
    .filter((message) => message.sentAt >= last - within && left[message.label]-- > 0)
    .toReversed()
  for (const item of state.items.values())
    if (item.state !== 'done' && item.closedAt !== null && item.closedAt < last - CLOSED_IN_SIGHT_MS)
      state.items.delete(item.number)
  // A message from before what is left is decided on what the store holds.
  state.since = Math.max(state.since, state.recent[0]?.sentAt ?? 0)
}
