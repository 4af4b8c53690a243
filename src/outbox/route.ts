import type { Audience } from '../domain/outbound.ts'
import type { GroupRef } from '../store/groups.ts'

/** Finds the way out to an audience: a channel's name, or null where none reaches it. */
export type Route = (group: GroupRef & { adapter: string }, audience: Audience) => string | null
