import type { Decision, PastPost } from '../../domain/decision.ts'
import type { EpochMs } from '../../domain/message.ts'
import { GROUP } from '../../domain/outbound.ts'
import type { Policy } from '../../domain/policy.ts'
import { decideOn } from '../../intake/decide-on.ts'
import { createDemandIndex } from '../../intake/demand-index.ts'
import { forget, type Memory, remember } from '../../intake/remember.ts'
import { purposeOf } from '../../policy/budget.ts'
import { historyNeeds } from '../../policy/history.ts'
import { modeIn } from '../../policy/mode.ts'
import type { PastMessage } from '../../store/backtest-messages.ts'
import type { OtherPost } from '../../store/backtest-world.ts'
import { type GroupRef, groupKey } from '../../store/groups.ts'
import { createPostBook } from './post-book.ts'
import type { PastGroup } from './world.ts'

/** What a policy would have decided. */
export interface TriedDecision extends Decision {
  /** Made while the policy only observes a group that is new to it: recorded, never said. */
  trial: boolean
}

/** One of two policies that are tried on the same messages, with a memory of its own that starts empty. */
export interface Side {
  /** To be called in the order of time, for all groups of the tenant. */
  decide(message: PastMessage): TriedDecision[]
  /** Takes note of what was said besides rules. */
  hear(post: OtherPost): void
}

type TriedMemory = Memory & { messages: number; isObserved: boolean }

/** As many messages of a group pass between two looks at what may be forgotten. */
const TIDY_EVERY = 40

/** Reach as intake finds it where every channel is there; the bot takes no message out of a group by itself. */
const CAN_SPEAK = { privateMessage: true, groupPost: true, recall: false }

/** Whom a message may make the bot speak to: the group, the sender, the owner, and those who asked for something. */
function recipientsOf(message: PastMessage, { ownerId }: PastGroup, { asks }: Memory): Set<string> {
  const recipients = new Set([GROUP, message.senderId])
  if (ownerId !== null) recipients.add(ownerId)
  for (const { senderId } of asks) recipients.add(senderId)
  return recipients
}

/** Tries policies on the messages of groups (by `groupKey`): `policyOf` names the one of a group, the same each time. */
export function createSide(policyOf: (group: GroupRef) => Policy, groups: ReadonlyMap<string, PastGroup>): Side {
  const memories = new Map<string, TriedMemory>()
  const posts = createPostBook()
  const demands = createDemandIndex()
  const demandsWithin = Math.max(0, ...[...groups.values()].map((group) => historyNeeds(policyOf(group)).demandsWithin))

  function memoryOf(key: string): TriedMemory {
    const known = memories.get(key)
    if (known) return known
    const fresh: TriedMemory = { matches: [], asks: [], decisions: [], messages: 0, isObserved: true }
    memories.set(key, fresh)
    return fresh
  }

  function tidy(memory: TriedMemory, policy: Policy, at: EpochMs): void {
    forget(memory, policy, at)
    demands.forget(at - demandsWithin)
  }

  return {
    hear: (post) => posts.add(post, post, post.since),
    decide: (message) => {
      const { sentAt } = message
      const key = groupKey(message)
      const group = groups.get(key)
      // It was first heard after the groups were read.
      if (!group) return []
      const policy = policyOf(message)
      const memory = memoryOf(key)
      if (++memory.messages % TIDY_EVERY === 0) tidy(memory, policy, sentAt)
      const simulated = modeIn(policy, group.createdAt, sentAt) === 'observe'
      // Once a policy acts, what was decided while it only observed has never happened.
      if (memory.isObserved && !simulated) memory.decisions = []
      memory.isObserved = simulated
      const sender = { memberId: message.senderId, role: message.role }
      let told: PastPost[] | undefined
      const { decisions, matches, demand } = decideOn(
        { message, sender, verdict: message.verdict, events: message.events },
        {
          policy,
          history: {
            matches: memory.matches,
            asks: memory.asks,
            decisions: memory.decisions,
            get posts() {
              told ??= posts.to(message, recipientsOf(message, group, memory), simulated)
              return told
            },
          },
          demandsNear: demands.near,
          ownerId: group.ownerId,
          can: CAN_SPEAK,
          silence: group.silenceAt(sentAt),
        },
      )
      const { messageId, senderId, verdict } = message
      const past = decisions.map(({ rule, action, to, held }) => ({
        rule,
        action,
        messageId,
        senderId,
        to,
        held,
        at: sentAt,
      }))
      remember(memory, { message, sender }, verdict, { matches, decisions: past })
      if (demand) demands.add(demand)
      for (const { to, held, action, notBefore } of decisions) {
        const purpose = purposeOf(action)
        if (to === null || held !== null || purpose === null) continue
        posts.add(message, { to, purpose, at: notBefore, simulated }, sentAt)
      }
      const trial = modeIn({ ...policy, mode: 'enforce' }, group.createdAt, sentAt) === 'observe'
      return decisions.map((decision) => ({ ...decision, trial }))
    },
  }
}
