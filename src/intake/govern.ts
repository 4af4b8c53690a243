import type { LedgerEvent } from '../domain/ledger.ts'
import type { GroupMessage, Member } from '../domain/message.ts'
import type { Verdict } from '../domain/verdict.ts'
import { causeOf, entryOf } from '../outbox/entries.ts'
import { phrase } from '../policy/wording.ts'
import type { StoredDecision } from '../store/decisions.ts'
import type { OutboxEntry } from '../store/outbox.ts'
import { decideOn } from './decide-on.ts'
import type { Effects } from './effects.ts'
import { type GroupState, ownerOf, stateMode } from './group-state.ts'
import { reachOf } from './reach.ts'
import type { Rooms } from './rooms.ts'

/** What the policy in force decides on a judged message, what later windows count of it, and the words that come of it. */
export function govern(
  state: GroupState,
  judged: { message: GroupMessage; sender: Member; verdict: Verdict; events: readonly LedgerEvent[] },
  rooms: Rooms,
): Pick<Effects, 'decisions' | 'matches' | 'demand' | 'entries'> {
  const { message, sender, verdict } = judged
  const { policy, version } = state.inForce
  const now = rooms.now()
  const { decisions, matches, demand } = decideOn(judged, {
    policy,
    history: state,
    demandsNear: state.demands.near,
    ownerId: ownerOf(state),
    can: reachOf(rooms, state.group, sender.memberId),
    silence: state.silence?.kind ?? null,
  })
  const mode = stateMode(state, now)
  const entries = decisions.flatMap((decision): OutboxEntry[] => {
    const rule = policy.rules.find((each) => each.id === decision.rule)
    const cause = causeOf(decision, message)
    const body = phrase(decision, { rule, label: verdict.label, excerpt: message.text, cause })
    const channelTo = (audience: Parameters<Rooms['route']>[1]) => rooms.consequences[mode](state.group, audience)
    return [entryOf(decision, message, body, channelTo, { outboxId: rooms.newId(), now }) ?? []].flat()
  })
  const stored = decisions.map(
    (decision): StoredDecision => ({
      ...decision,
      tenantId: message.tenantId,
      groupId: message.groupId,
      messageId: message.messageId,
      senderId: sender.memberId,
      policyVersion: version,
      simulated: mode === 'observe',
      at: message.sentAt,
    }),
  )
  return { decisions: stored, matches, demand, entries }
}
