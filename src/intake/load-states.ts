import type { Kysely } from 'kysely'
import { DAY_MS } from '../domain/calendar.ts'
import { LABELS } from '../domain/label.ts'
import type { EpochMs, GroupMessage } from '../domain/message.ts'
import { type HistoryNeeds, historyNeeds } from '../policy/history.ts'
import { decisionsByRule, decisionsBySender } from '../store/decisions.ts'
import { type GroupRef, groupKey, lockGroups, membersOf } from '../store/groups.ts'
import { itemsOf } from '../store/ledger.ts'
import { messagesByLabel, recentMessages } from '../store/messages.ts'
import { postsTo } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'
import { type GroupState, ownerOf, type PolicyInForce } from './group-state.ts'

/** How many earlier messages the judge and the ledger look at. */
const RECENT = 80
/** Closed items stay in sight this long: a late report still finds its task. */
const CLOSED_IN_SIGHT_MS = 14 * DAY_MS
const DECISIONS_A_SENDER = 200
/** Above any budget, so that counting is exact where it matters. */
const POSTS_A_RECIPIENT = 120

/** The furthest that any of the policies looks back. */
function widest(policies: readonly PolicyInForce[]): HistoryNeeds {
  const needs = policies.map(({ policy }) => historyNeeds(policy))
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

/**
 * Locks the groups of these messages and reads what is known of each, in a number of statements that does not depend
 * on how many messages or groups there are. To be called inside the transaction that stores the messages.
 */
export async function loadStates(
  trx: Kysely<Tables>,
  messages: readonly GroupMessage[],
  policyOf: (group: GroupRef) => PolicyInForce,
  now: EpochMs,
): Promise<Map<string, GroupState>> {
  const refs = new Map(messages.map((message) => [groupKey(message), message]))
  const groups = await lockGroups(
    trx,
    [...refs.values()].map(({ tenantId, groupId, adapter, channelId, chat, groupName }) => ({
      tenantId,
      groupId,
      adapter,
      channelId,
      chat,
      name: groupName ?? null,
    })),
    now,
  )
  const states = new Map<string, GroupState>(
    groups.map((group) => [
      groupKey(group),
      {
        group,
        inForce: policyOf(group),
        members: new Map(),
        roster: [],
        recent: [],
        items: new Map(),
        messages: [],
        decisions: [],
        posts: [],
      },
    ]),
  )
  const stateOf = (ref: GroupRef) => states.get(groupKey(ref))

  for (const { tenantId, groupId, ...member } of await membersOf(trx, groups))
    stateOf({ tenantId, groupId })?.members.set(member.memberId, member)
  for (const state of states.values()) state.roster = [...state.members.values()]
  for (const recent of await recentMessages(trx, groups, RECENT)) stateOf(recent)?.recent.push(recent)

  const earliest = Math.min(...messages.map((message) => message.sentAt))
  for (const { item, ...ref } of await itemsOf(trx, groups, earliest - CLOSED_IN_SIGHT_MS))
    stateOf(ref)?.items.set(item.number, item)

  const needs = widest([...states.values()].map((state) => state.inForce))
  for (const past of await messagesByLabel(trx, groups, needs.messageCount, earliest - needs.within - 1))
    stateOf(past)?.messages.push(past)

  const senders = [...new Map(messages.map((m) => [`${groupKey(m)}\0${m.sender.memberId}`, m])).values()]
  const since = earliest - needs.decisionsWithin - 1
  const rules = [...states.values()].flatMap(({ inForce }) =>
    inForce.policy.rules.filter((rule) => rule.when.count !== undefined).map((rule) => rule.id),
  )
  const bySender = await decisionsBySender(
    trx,
    senders.map(({ tenantId, groupId, sender }) => ({ tenantId, groupId, senderId: sender.memberId })),
    since,
    DECISIONS_A_SENDER,
  )
  const byRule = await decisionsByRule(trx, groups, [...new Set(rules)], since, 1)
  const seen = new Set<string>()
  for (const decision of [...bySender, ...byRule]) {
    const key = [groupKey(decision), decision.messageId, decision.rule, decision.action].join('\0')
    if (seen.has(key)) continue
    seen.add(key)
    stateOf(decision)?.decisions.push(decision)
  }

  const recipients = [
    ...groups.map(({ tenantId, groupId }) => ({ tenantId, groupId, recipient: 'group' })),
    ...[...states.values()].flatMap((state) => {
      const { tenantId, groupId } = state.group
      const owner = ownerOf(state)
      return owner === null ? [] : [{ tenantId, groupId, recipient: owner }]
    }),
    ...senders.map(({ tenantId, groupId, sender }) => ({ tenantId, groupId, recipient: sender.memberId })),
  ]
  const distinct = [...new Map(recipients.map((each) => [`${groupKey(each)}\0${each.recipient}`, each])).values()]
  for (const post of await postsTo(trx, distinct, earliest - needs.postsWithin - 1, POSTS_A_RECIPIENT))
    stateOf(post)?.posts.push(post)
  return states
}
