import type { PastAsk, PastDecision, PastMatch, PastPost } from '../domain/decision.ts'
import type { Label } from '../domain/label.ts'
import type { LedgerItem } from '../domain/ledger.ts'
import type { EpochMs, Member } from '../domain/message.ts'
import type { Policy } from '../domain/policy.ts'
import { modeIn } from '../policy/mode.ts'
import type { Group } from '../store/groups.ts'
import type { RecentMessage } from '../store/messages.ts'
import type { Silence } from '../store/silences.ts'
import type { DemandIndex } from './demand-index.ts'

/** A policy with the version that decisions name. */
export interface PolicyInForce {
  policy: Policy
  version: number
}

/**
 * What is known of one group while a batch is considered. `consider` moves it on message by message, so that the
 * third message of a batch sees the first two as if they had been stored long ago.
 */
export interface GroupState {
  group: Group
  inForce: PolicyInForce
  /** The earliest sending time that this state is complete for. */
  since: EpochMs
  members: Map<string, Member>
  /** Of one identity for as long as nobody joins: the ledger remembers what it has worked out of it. */
  roster: readonly Member[]
  recent: RecentMessage[]
  /** Those of `recent` that have a label, which is what the ledger reads. */
  judged: JudgedMessage[]
  items: Map<number, LedgerItem>
  /** What windows count, in the order in which it was decided on. */
  matches: PastMatch[]
  /** By which messages somebody asked for something, oldest first. */
  asks: PastAsk[]
  /** Earlier demands that messages of this batch may repeat; one for all groups of the tenant. */
  demands: DemandIndex
  /** Who told the bot to be silent here; read for each batch. */
  silence: Silence | null
  decisions: PastDecision[]
  posts: PastPost[]
}

/** A message that was given a label. */
export type JudgedMessage = RecentMessage & { label: Label }

export const isJudged = (recent: RecentMessage): recent is JudgedMessage => recent.label !== null

/** Whose word counts as the owner's: who is set as owner, else the leader who was seen first. */
export function ownerOf(state: Pick<GroupState, 'members'> & { group: Pick<Group, 'ownerId'> }): string | null {
  if (state.group.ownerId !== null) return state.group.ownerId
  for (const member of state.members.values()) if (member.role === 'leader') return member.memberId
  return null
}

/** How the policy in force acts in this group at `now`. */
export const stateMode = ({ inForce, group }: Pick<GroupState, 'inForce' | 'group'>, now: EpochMs): Policy['mode'] =>
  modeIn(inForce.policy, group.createdAt, now)
