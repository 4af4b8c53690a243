import { HOUR_MS } from '../domain/calendar.ts'
import type { Card, Picture } from '../domain/card.ts'
import type { Decision, Purpose } from '../domain/decision.ts'
import type { EpochMs, GroupMessage } from '../domain/message.ts'
import { type Audience, audienceOf, SIMULATED_CHANNEL } from '../domain/outbound.ts'
import { purposeOf } from '../policy/budget.ts'
import type { Group } from '../store/groups.ts'
import type { OutboxEntry } from '../store/outbox.ts'
import { reminderCard } from './reminder-card.ts'
import type { Route } from './route.ts'

/** A word about a message is worth saying for a day, a note for three. */
const WORTH_MS: Readonly<Record<Purpose, number>> = {
  reminder: 24 * HOUR_MS,
  note: 72 * HOUR_MS,
  digest: 24 * HOUR_MS,
  answer: HOUR_MS,
}

/** The channel of answers that travel in the response to the callback itself. */
const REPLY_CHANNEL = 'reply'
/** What the causes of appeal notes begin with. */
export const APPEAL_CAUSE = 'appeal:'
/** What the causes of answers begin with that are given to one person, to a question asked in the group. */
export const PRIVATE_ANSWER_CAUSE = 'private-answer:'
/** What the causes of posts begin with that offer readers to confirm without 收到. */
export const CONFIRM_CAUSE = 'confirm:'
/** What the cause of a report on the time of observation begins with. */
export const TRIAL_CAUSE = 'trial:'

/** One word for each rule, action and message. */
export const causeOf = (
  decision: Pick<Decision, 'rule' | 'action'>,
  message: Pick<GroupMessage, 'messageId'>,
): string => `${decision.rule}:${decision.action}:${message.messageId}`

/** What a decision wants said, as an outbox entry; null where nothing is to be said. */
export function entryOf(
  decision: Decision,
  message: GroupMessage,
  body: string,
  channelTo: (audience: Audience) => string | null,
  context: { outboxId: string; now: EpochMs },
): OutboxEntry | null {
  const purpose = purposeOf(decision.action)
  if (purpose === null || decision.to === null) return null
  const audience = audienceOf(decision.to)
  const channel = channelTo(audience)
  return {
    tenantId: message.tenantId,
    groupId: message.groupId,
    outboxId: context.outboxId,
    cause: causeOf(decision, message),
    messageId: message.messageId,
    audience,
    purpose,
    channel: channel ?? SIMULATED_CHANNEL,
    body,
    card: decision.action === 'remind-sender' ? reminderCard(context.outboxId) : undefined,
    state: decision.held === null && channel !== null ? 'queued' : 'held',
    held: decision.held ?? (channel === null ? 'no-channel' : null),
    notBefore: decision.notBefore,
    expiresAt: decision.notBefore + WORTH_MS[purpose],
    createdAt: context.now,
  }
}

/** An answer that goes out with the response to this very delivery. */
export const answerEntry = (
  message: GroupMessage,
  body: string,
  context: { outboxId: string; now: EpochMs },
): OutboxEntry => ({
  tenantId: message.tenantId,
  groupId: message.groupId,
  outboxId: context.outboxId,
  cause: `answer:${message.messageId}`,
  messageId: message.messageId,
  audience: message.chat === 'group' ? { kind: 'group' } : { kind: 'member', memberId: message.sender.memberId },
  purpose: 'answer',
  channel: REPLY_CHANNEL,
  body,
  state: 'sent',
  held: null,
  notBefore: context.now,
  expiresAt: context.now + WORTH_MS.answer,
  createdAt: context.now,
})

/** A note to whoever decides on an appeal, with what is needed to decide. Real in both modes, as the appeal is. */
export function appealEntry(
  group: Group,
  appeal: { messageId: string; rule: string; decider: string; body: string },
  context: { route: Route; outboxId: string; now: EpochMs; notBefore: EpochMs },
): OutboxEntry {
  const audience: Audience = { kind: 'member', memberId: appeal.decider }
  const channel = context.route(group, audience)
  return {
    tenantId: group.tenantId,
    groupId: group.groupId,
    outboxId: context.outboxId,
    cause: `${APPEAL_CAUSE}${appeal.rule}:${appeal.messageId}`,
    messageId: appeal.messageId,
    audience,
    purpose: 'note',
    channel: channel ?? SIMULATED_CHANNEL,
    body: appeal.body,
    state: channel === null ? 'held' : 'queued',
    held: channel === null ? 'no-channel' : null,
    notBefore: context.notBefore,
    expiresAt: context.notBefore + WORTH_MS.note,
    createdAt: context.now,
  }
}

/** What says in the group that readers are counted is said once. */
export const confirmCause = (number: number): string => `${CONFIRM_CAUSE}${number}`

/** The one post by which the group hears that a tap takes the place of 收到; it counts as any other post. */
export const confirmEntry = (
  group: { tenantId: string; groupId: string },
  post: { number: number; messageId: string; body: string; card: Card; channel: string },
  context: { outboxId: string; now: EpochMs; notBefore: EpochMs },
): OutboxEntry => ({
  tenantId: group.tenantId,
  groupId: group.groupId,
  outboxId: context.outboxId,
  cause: confirmCause(post.number),
  messageId: post.messageId,
  audience: { kind: 'group' },
  purpose: 'note',
  channel: post.channel,
  body: post.body,
  card: post.card,
  state: 'queued',
  held: null,
  notBefore: context.notBefore,
  expiresAt: context.notBefore + WORTH_MS.reminder,
  createdAt: context.now,
})

/** What somebody asked for in the group and is told in private, since it concerns nobody else there. */
export const privateAnswerEntry = (
  group: { tenantId: string; groupId: string },
  answer: { memberId: string; body: string; channel: string },
  context: { outboxId: string; now: EpochMs; notBefore: EpochMs },
): OutboxEntry => ({
  tenantId: group.tenantId,
  groupId: group.groupId,
  outboxId: context.outboxId,
  cause: `${PRIVATE_ANSWER_CAUSE}${context.outboxId}`,
  messageId: null,
  audience: { kind: 'member', memberId: answer.memberId },
  purpose: 'answer',
  channel: answer.channel,
  body: answer.body,
  state: 'queued',
  held: null,
  notBefore: context.notBefore,
  expiresAt: context.notBefore + WORTH_MS.reminder,
  createdAt: context.now,
})

/** A report to whoever decides on a group's rules, about what observing it has shown. Real in both modes. */
export function trialEntry(
  group: Group,
  report: { to: string; body: string; card: Card },
  context: { route: Route; outboxId: string; now: EpochMs; notBefore: EpochMs },
): OutboxEntry | null {
  const audience: Audience = { kind: 'member', memberId: report.to }
  const channel = context.route(group, audience)
  if (channel === null) return null
  return {
    tenantId: group.tenantId,
    groupId: group.groupId,
    outboxId: context.outboxId,
    cause: `${TRIAL_CAUSE}${context.outboxId}`,
    messageId: null,
    audience,
    purpose: 'note',
    channel,
    body: report.body,
    card: report.card,
    state: 'queued',
    held: null,
    notBefore: context.notBefore,
    expiresAt: context.notBefore + WORTH_MS.note,
    createdAt: context.now,
  }
}

/** A digest for the group; said once a period, since the period is its cause. */
export const digestEntry = (
  group: { tenantId: string; groupId: string },
  digest: { kind: string; period: string; body: string; picture?: Picture | undefined; channel: string | null },
  context: { outboxId: string; now: EpochMs; notBefore: EpochMs },
): OutboxEntry => ({
  tenantId: group.tenantId,
  groupId: group.groupId,
  outboxId: context.outboxId,
  cause: `digest:${digest.kind}:${digest.period}`,
  messageId: null,
  audience: { kind: 'group' },
  purpose: 'digest',
  channel: digest.channel ?? SIMULATED_CHANNEL,
  body: digest.body,
  picture: digest.picture,
  state: digest.channel === null ? 'held' : 'queued',
  held: digest.channel === null ? 'no-channel' : null,
  notBefore: context.notBefore,
  expiresAt: context.notBefore + WORTH_MS.digest,
  createdAt: context.now,
})
