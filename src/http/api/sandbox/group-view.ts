import type { Kysely } from 'kysely'
import { chinaIso, DAY_MS } from '../../../domain/calendar.ts'
import { LABEL_NAMES } from '../../../domain/label.ts'
import { isOverdue } from '../../../domain/ledger.ts'
import { type EpochMs, isPress, type Member } from '../../../domain/message.ts'
import { GROUP, SIMULATED_CHANNEL } from '../../../domain/outbound.ts'
import type { PolicyInForce } from '../../../intake/group-state.ts'
import { causeOf } from '../../../outbox/entries.ts'
import { modeIn } from '../../../policy/mode.ts'
import { decisionsOn } from '../../../store/decisions.ts'
import { findGroup, type GroupRef, membersOf } from '../../../store/groups.ts'
import { itemsOf } from '../../../store/ledger.ts'
import { shownMessages } from '../../../store/messages.ts'
import { outboxSince } from '../../../store/outbox.ts'
import type { OutboxState, Tables } from '../../../store/tables.ts'
import { privateLines } from './private-lines.ts'
import { privateChatOf } from './sandbox-groups.ts'

const MESSAGES = 300
const POSTS = 200
const BACK_MS = 400 * DAY_MS

const shownRecipient = (recipient: string | null) => (recipient === GROUP ? 'group' : recipient)

/** Said words that were taken back are `withdrawn`. */
function shownState(
  { state, channel, cause }: { state: OutboxState; channel: string; cause: string },
  takenBack: ReadonlySet<string>,
): OutboxState | 'simulated' | 'withdrawn' {
  if (state !== 'sent') return state
  if (channel === SIMULATED_CHANNEL) return 'simulated'
  return takenBack.has(cause) ? 'withdrawn' : state
}

/** All that the sandbox page shows of a group. */
export async function groupView(
  db: Kysely<Tables>,
  group: GroupRef & { name: string; members: readonly Member[] },
  inForce: PolicyInForce,
  now: EpochMs,
) {
  const heard = await shownMessages(db, group, MESSAGES)
  const messages = heard.filter((message) => !isPress(message))
  const known = (await membersOf(db, [group])).map(({ memberId, name, role }) => ({ memberId, name, role }))
  const members = [...new Map([...group.members, ...known].map((member) => [member.memberId, member])).values()]
  const names = new Map(members.map((member) => [member.memberId, member.name]))
  const nameOf = (memberId: string) => names.get(memberId) ?? memberId
  const titles = new Map(inForce.policy.rules.map((rule) => [rule.id, rule.title ?? rule.id]))
  const decided = await decisionsOn(
    db,
    group,
    messages.map((message) => message.messageId),
  )
  const decisions = Map.groupBy(decided, (decision) => decision.message_id)
  const takenBack = new Set(
    decided.flatMap((each) => (each.held === 'corrected' ? [causeOf(each, { messageId: each.message_id })] : [])),
  )
  const items = await itemsOf(db, [group], now - BACK_MS)
  const knownSince = (await findGroup(db, group))?.createdAt ?? now
  const posts = await outboxSince(db, group, now - BACK_MS, POSTS)
  const memberIds = members.map(({ memberId }) => memberId)
  const told = await privateLines(db, group, memberIds, { messages: heard, posts })
  const toPresses = new Set(told.map(({ messageId }) => `answer:${messageId}`))
  return {
    group: {
      groupId: group.groupId,
      name: group.name,
      members: members.map((member) => ({ ...member, privateChat: privateChatOf(group.groupId, member.memberId) })),
    },
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
    /** What people told the bot alone, with its answers, which are not among the posts. */
    told,
    posts: posts
      .filter(({ cause }) => !toPresses.has(cause))
      .map((post) => ({
        outboxId: post.outbox_id,
        to: shownRecipient(post.recipient),
        purpose: post.purpose,
        body: post.body,
        buttons: post.card?.buttons ?? [],
        state: shownState(post, takenBack),
        held: post.held,
        notBefore: post.not_before.toISOString(),
        // When it is said on the clock of the messages: a replayed week lies in the past.
        at: post.not_before.toISOString(),
      })),
  }
}
