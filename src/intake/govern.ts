import type { GroupMessage, Member } from '../domain/message.ts'
import type { Verdict } from '../domain/verdict.ts'
import { causeOf, entryOf } from '../outbox/entries.ts'
import { decide } from '../policy/decide.ts'
import { phrase } from '../policy/wording.ts'
import type { StoredDecision } from '../store/decisions.ts'
import { type GroupState, ownerOf } from './group-state.ts'
import type { Rooms } from './rooms.ts'

/** What the policy in force decides on a judged message, and the words that come of it. */
export function govern(state: GroupState, message: GroupMessage, sender: Member, verdict: Verdict, rooms: Rooms) {
  const { policy, version } = state.inForce
  const now = rooms.now()
  const ownerId = ownerOf(state)
  const reaches = (memberId: string) => rooms.route(state.group, { kind: 'member', memberId }) !== null
  const decisions = decide({
    policy,
    message: {
      messageId: message.messageId,
      senderId: sender.memberId,
      text: message.text,
      sentAt: message.sentAt,
      role: sender.role,
    },
    verdict,
    history: state,
    ownerId,
    can: {
      privateMessage: reaches(sender.memberId),
      groupPost: rooms.route(state.group, { kind: 'group' }) !== null,
    },
  })
  const channelTo = (audience: Parameters<Rooms['route']>[1]) => rooms.consequences[policy.mode](state.group, audience)
  const entries = decisions.flatMap((decision) => {
    const rule = policy.rules.find((each) => each.id === decision.rule)
    const body = phrase(decision, {
      rule,
      label: verdict.label,
      excerpt: message.text,
      cause: causeOf(decision, message),
    })
    return entryOf(decision, message, body, channelTo, { outboxId: rooms.newId(), now }) ?? []
  })
  const stored = decisions.map(
    (decision): StoredDecision => ({
      ...decision,
      tenantId: message.tenantId,
      groupId: message.groupId,
      messageId: message.messageId,
      senderId: sender.memberId,
      policyVersion: version,
      simulated: policy.mode === 'observe',
      at: message.sentAt,
    }),
  )
  return { decisions: stored, entries }
}
