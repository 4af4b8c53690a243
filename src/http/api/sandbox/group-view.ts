import type { Kysely } from 'kysely'
import { chinaIso, DAY_MS } from '../../../domain/calendar.ts'
import { LABEL_NAMES } from '../../../domain/label.ts'
import { isOverdue } from '../../../domain/ledger.ts'
import type { EpochMs, Member } from '../../../domain/message.ts'
import { GROUP, SIMULATED_CHANNEL } from '../../../domain/outbound.ts'
import type { PolicyInForce } from '../../../intake/group-state.ts'
import { modeIn } from '../../../policy/mode.ts'
import { decisionsOn } from '../../../store/decisions.ts'
import { findGroup, type GroupRef, membersOf } from '../../../store/groups.ts'
import { itemsOf } from '../../../store/ledger.ts'
import { shownMessages } from '../../../store/messages.ts'
import { outboxSince } from '../../../store/outbox.ts'
import type { Tables } from '../../../store/tables.ts'

const MESSAGES = 300
const POSTS = 200
const BACK_MS = 400 * DAY_MS

const shownRecipient = (recipient: string | null) => (recipient === GROUP ? 'group' : recipient)

/** All that the sandbox page shows of a group. */
export async function groupView(
  db: Kysely<Tables>,
  group: GroupRef & { name: string; members: readonly Member[] },
  inForce: PolicyInForce,
  now: EpochMs,
) {
  const messages = await shownMessages(db, group, MESSAGES)
  const known = (await membersOf(db, [group])).map(({ memberId, name, role }) => ({ memberId, name, role }))
  const members = [...new Map([...group.members, ...known].map((member) => [member.memberId, member])).values()]
  const names = new Map(members.map((member) => [member.memberId, member.name]))
  const nameOf = (memberId: string) => names.get(memberId) ?? memberId
  const titles = new Map(inForce.policy.rules.map((rule) => [rule.id, rule.title ?? rule.id]))
  const decisions = Map.groupBy(
    await decisionsOn(
      db,
      group,
      messages.map((message) => message.messageId),
    ),
    (decision) => decision.message_id,
  )
  const items = await itemsOf(db, [group], now - BACK_MS)
  const knownSince = (await findGroup(db, group))?.createdAt ?? now
  const posts = await outboxSince(db, group, now - BACK_MS, POSTS)
  return {
    group: { groupId: group.groupId, name: group.name, members },
    policy: { name: inForce.policy.name, mode: modeIn(inForce.policy, knownSince, now), version: inForce.version },
    messages: messages.map((message) => ({
      messageId: message.messageId,
      sentAt: new Date(message.sentAt).toISOString(),
      sender: { memberId: message.senderId, name: message.senderName ?? nameOf(message.senderId), role: message.role },
      text: message.text,
      quote: message.quote ? { text: message.quote.text } : null,
      verdict: message.verdict && { ...message.verdict, labelName: LABEL_NAMES[message.verdict.label] },
      decisions: (decisions.get(message.messageId) ?? []).map((decision) => ({
        rule: decision.rule,
        title: titles.get(decision.rule) ?? decision.rule,
        action: decision.action,
        to: shownRecipient(decision.recipient),
        reason: decision.reason,
        held: decision.held,
        simulated: decision.simulated,
      })),
    })),
    ledger: items.map(({ item }) => ({
      number: item.number,
      kind: item.kind,
      title: item.title,
      state: item.state,
      due: item.due === null ? null : chinaIso(item.due),
      overdue: isOverdue(item, now),
      assignees: item.assigneeIds.map(nameOf),
      issuer: nameOf(item.issuerId),
      messageId: item.messageId,
    })),
    posts: posts.map((post) => ({
      outboxId: post.outbox_id,
      to: shownRecipient(post.recipient),
      purpose: post.purpose,
      body: post.body,
      state: post.channel === SIMULATED_CHANNEL && post.state === 'sent' ? 'simulated' : post.state,
      notBefore: post.not_before.toISOString(),
      // When it is said on the clock of the messages: a replayed week lies in the past.
      at: post.not_before.toISOString(),
    })),
  }
}
