import { type GroupRef, groupKey } from '../store/groups.ts'
import type { GroupState } from './group-state.ts'

/** What intake remembers of groups between batches. */
export interface StateCache {
  /** The state after the given version of the group; undefined where it is unknown or somebody else has written since. */
  find(group: GroupRef & { version: number }): GroupState | undefined
  keep(state: GroupState): void
  drop(group: GroupRef): void
}

/**
 * Remembers the states of the groups that spoke last. Every commit raises the group's version under its lock, so a
 * state that another node has overtaken is never taken for the present one.
 */
export function createStateCache(capacity = 500): StateCache {
  const states = new Map<string, GroupState>()
  return {
    find: (group) => {
      const state = states.get(groupKey(group))
      return state?.group.version === group.version ? state : undefined
    },
    keep: (state) => {
      const key = groupKey(state.group)
      states.delete(key)
      states.set(key, state)
      if (states.size > capacity) states.delete(states.keys().next().value ?? '')
    },
    drop: (group) => {
      states.delete(groupKey(group))
    },
  }
}
