import type { Action, Hold } from '../domain/decision.ts'
import type { EpochMs, Role } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import type { Policy } from '../domain/policy.ts'
import type { Verdict } from '../domain/verdict.ts'
import { isExempt } from './conditions.ts'
import type { History } from './history.ts'
import { lastAsk } from './windows.ts'

/** What the group's channels can carry. */
export interface Reach {
  privateMessage: boolean
  groupPost: boolean
  /** Take this sender's message out of the group. */
  recall: boolean
}

/** An action after the ladder: what is really to be done, to whom, and whether something forbids it. */
interface Resolved {
  action: Action
  to: string | null
  held: Hold | null
}

interface Situation {
  policy: Policy
  message: { senderId: string; sentAt: EpochMs; role: Role; quotedId?: string | undefined }
  verdict: Pick<Verdict, 'label' | 'flags'>
  history: History
  ownerId: string | null
  can: Reach
}

const NOTHING: Resolved = { action: 'record', to: null, held: null }
const UNREACHABLE: Resolved = { action: 'record', to: null, held: 'no-channel' }

/**
 * Finds whom an action speaks to, going down the ladder where the channel cannot carry it:
 * `note-group` → `note-owner` → `record`; `recall` → `remind-sender` → `record`; the others → `record`.
 * Nothing meant for one person is ever said in the group instead.
 */
export function resolve(action: Action, situation: Situation): Resolved {
  const { can, message } = situation
  switch (action) {
    case 'record':
      return NOTHING
    case 'recall':
      return can.recall && situation.policy.bot.mayRecall
        ? { action, to: null, held: null }
        : resolve('remind-sender', situation)
    case 'remind-sender':
    case 'ask-for-details':
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
 * Who asked for the 收到: the sender, where this very message asks; else whoever said the message that it quotes, where
 * that asked for something; else the leader who last gave a task, a mandate or a request for 收到 within a day; else the
 * owner, who can pass it on.
 */
function whoAsked({ message, verdict, history, ownerId }: Situation): { memberId: string; role?: Role } | null {
  if (verdict.label === 'mandate' || verdict.flags.includes('asks_ack')) {
    return { memberId: message.senderId, role: message.role }
  }
  const { quotedId, sentAt } = message
  const quoted = quotedId && history.asks.find(({ messageId }) => messageId === quotedId)
  const ask =
    quoted ||
    lastAsk(
      history.asks.filter(({ role }) => role === 'leader'),
      sentAt,
    )
  if (ask) return { memberId: ask.senderId, role: ask.role }
  return ownerId === null ? null : { memberId: ownerId }
}
