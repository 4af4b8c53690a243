import type { PastPost } from '../../domain/decision.ts'
import type { EpochMs } from '../../domain/message.ts'
import { GROUP } from '../../domain/outbound.ts'
import { BUDGET_WEEK_MS } from '../../policy/history.ts'
import type { GroupRef } from '../../store/groups.ts'

/** What would have been said, or only recorded in a group that is still observed. */
export type TriedPost = PastPost & { simulated: boolean }

/** What a tenant's groups and people were told lately: a person's words count in every group. */
export interface PostBook {
  /** `now` is when it comes up, which may be long before it is said. */
  add(group: GroupRef, post: TriedPost, now: EpochMs): void
  /** What was said to these; what is only simulated counts where `simulated` is true. */
  to(group: GroupRef, recipients: ReadonlySet<string>, simulated: boolean): PastPost[]
}

export function createPostBook(): PostBook {
  const byRecipient = new Map<string, TriedPost[]>()
  const keyOf = ({ groupId }: GroupRef, to: string) => (to === GROUP ? `${GROUP}\0${groupId}` : to)
  return {
    add: (group, post, now) => {
      const key = keyOf(group, post.to)
      const recent = (byRecipient.get(key) ?? []).filter(({ at }) => at > now - BUDGET_WEEK_MS)
      byRecipient.set(key, [...recent, post])
    },
    to: (group, recipients, simulated) =>
      [...recipients]
        .flatMap((to) => byRecipient.get(keyOf(group, to)) ?? [])
        .filter((post) => simulated || !post.simulated),
  }
}
