import type { Action, Hold, PastMessage } from '../domain/decision.ts'
import type { EpochMs, Role } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import type { Policy } from '../domain/policy.ts'
import type { Verdict } from '../domain/verdict.ts'
import { isExempt } from './conditions.ts'
import { ASKER_WITHIN_MS, type History, isRecent } from './history.ts'

/** What the group's channels can carry. */
export interface Reach {
  privateMessage: boolean
  groupPost: boolean
}

/** An action after the ladder: what is really to be done, to whom, and whether something forbids it. */
interface Resolved {
  action: Action
  to: string | null
  held: Hold | null
}

interface Situation {
  policy: Policy
  message: { senderId: string; sentAt: EpochMs; role: Role }
  verdict: Verdict
  history: History
  ownerId: string | null
  can: Reach
}

const NOTHING: Resolved = { action: 'record', to: null, held: null }
const UNREACHABLE: Resolved = { action: 'record', to: null, held: 'no-channel' }

/**
 * Finds whom an action speaks to, going down the ladder where the channel cannot carry it:
 * `note-group` → `note-owner` → `record`; `remind-sender` → `record`; `offer-silent-confirm` → `record`.
 * Nothing meant for one person is ever said in the group instead.
 */
export function resolve(action: Action, situation: Situation): Resolved {
  const { can, message } = situation
  switch (action) {
    case 'record':
      return NOTHING
    case 'remind-sender':
      return can.privateMessage ? { action, to: message.senderId, held: null } : UNREACHABLE
    case 'note-group':
      return can.groupPost ? { action, to: GROUP, held: null } : noteOwner(situation)
    case 'note-owner':
      return noteOwner(situation)
    case 'offer-silent-confirm':
      return offer(situation)
  }
}

function noteOwner({ ownerId, message, can }: Situation): Resolved {
  if (ownerId === null || ownerId === message.senderId) return { action: 'note-owner', to: null, held: 'no-recipient' }
  return can.privateMessage ? { action: 'note-owner', to: ownerId, held: null } : UNREACHABLE
}

function offer(situation: Situation): Resolved {
  const asker = whoAsked(situation)
  if (asker === null) return { action: 'offer-silent-confirm', to: null, held: 'no-recipient' }
  if (!situation.can.privateMessage) return UNREACHABLE
  const exempt = isExempt(situation.policy, asker.memberId, asker.role)
  return { action: 'offer-silent-confirm', to: asker.memberId, held: exempt ? 'exempt' : null }
}

/**
 * Who asked for the 收到: the sender, where this very message asks; else the leader who last gave a task, a mandate or
 * a request for 收到 within a day; else the owner, who can pass it on.
 */
function whoAsked({ message, verdict, history, ownerId }: Situation): { memberId: string; role?: Role } | null {
  if (verdict.label === 'mandate' || verdict.flags.includes('asks_ack')) {
    return { memberId: message.senderId, role: message.role }
  }
  for (let index = history.messages.length - 1; index >= 0; index--) {
    const past = history.messages[index] as PastMessage
    if (!isRecent(past.sentAt, message.sentAt, ASKER_WITHIN_MS)) break
    const asks = past.label === 'task' || past.label === 'mandate' || past.flags?.includes('asks_ack')
    if (past.role === 'leader' && asks) return { memberId: past.senderId, role: past.role }
  }
  return ownerId === null ? null : { memberId: ownerId }
}
