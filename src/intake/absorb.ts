import { isPress } from '../domain/message.ts'
import { recipientOf } from '../domain/outbound.ts'
import type { RecentMessage } from '../store/messages.ts'
import type { Effects } from './effects.ts'
import { type GroupState, isJudged } from './group-state.ts'
import { rosterWith } from './people.ts'
import { insertByTime, remember } from './remember.ts'

/** Moves the state on, so that the next message of the batch sees what this one did. */
export function absorb(state: GroupState, effects: Effects): void {
  const { stored } = effects
  if (effects.members.length > 0) {
    state.roster = rosterWith(state, effects.members)
    for (const member of effects.members) state.members.set(member.memberId, member)
  }
  const recent: RecentMessage = {
    tenantId: stored.tenantId,
    groupId: stored.groupId,
    messageId: stored.messageId,
    senderId: stored.sender.memberId,
    role: stored.role,
    text: stored.text,
    label: stored.verdict?.label ?? null,
    sentAt: stored.sentAt,
  }
  // Nobody in the group sees a pressed button.
  if (!isPress(recent)) insertByTime(state.recent, recent)
  if (isJudged(recent)) insertByTime(state.judged, recent)
  const sender = { memberId: recent.senderId, role: recent.role }
  remember(state, { message: recent, sender }, stored.verdict, effects)
  for (const item of effects.items) {
    state.items.set(item.number, item)
    state.group.nextNumber = Math.max(state.group.nextNumber, item.number + 1)
  }
  for (const entry of effects.entries) {
    if (entry.state === 'held') continue
    state.posts.push({ to: recipientOf(entry.audience), purpose: entry.purpose, at: entry.notBefore })
  }
}

/**
 * A person's budget holds across groups, and so does what was demanded: what one group of the batch says to a person or
 * demands, the others must know.
 */
export function shareWithOthers(states: ReadonlyMap<string, GroupState>, from: GroupState, effect: Effects): void {
  if (effect.demand) from.demands.add(effect.demand)
  for (const { audience, purpose, notBefore, state: entryState } of effect.entries) {
    if (audience.kind !== 'member' || entryState === 'held') continue
    for (const state of states.values())
      if (state !== from && state.group.tenantId === from.group.tenantId)
        state.posts.push({ to: audience.memberId, purpose, at: notBefore })
  }
}
