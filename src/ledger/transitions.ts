import type { LedgerEvent, LedgerItem, ProblemState, TaskState } from '../domain/ledger.ts'

/** Every kind of event that can follow the opening one. */
export type FollowingType = Exclude<LedgerEvent['type'], 'opened'>

type Table<State extends string> = Readonly<Record<State, Readonly<Partial<Record<FollowingType, State>>>>>

/**
 * For each state of a task, the events it allows and the state each leads to; what is not listed is refused.
 * A closed task still takes late reports and notes without moving; anything else has to reopen it first.
 */
export const TASK_TRANSITIONS: Table<TaskState> = {
  open: {
    progressed: 'in-progress',
    rescheduled: 'open',
    reassigned: 'open',
    noted: 'open',
    completed: 'done',
    confirmed: 'confirmed',
    cancelled: 'cancelled',
  },
  'in-progress': {
    progressed: 'in-progress',
    rescheduled: 'in-progress',
    reassigned: 'in-progress',
    noted: 'in-progress',
    completed: 'done',
    confirmed: 'confirmed',
    returned: 'returned',
    cancelled: 'cancelled',
  },
  done: {
    progressed: 'done',
    noted: 'done',
    confirmed: 'confirmed',
    returned: 'returned',
    reopened: 'open',
  },
  confirmed: { progressed: 'confirmed', noted: 'confirmed', reopened: 'open' },
  returned: {
    progressed: 'in-progress',
    rescheduled: 'returned',
    reassigned: 'returned',
    noted: 'returned',
    completed: 'done',
    confirmed: 'confirmed',
    cancelled: 'cancelled',
  },
  cancelled: { noted: 'cancelled', reopened: 'open' },
}

/** The same for problems. `accepted`: somebody has taken it on. */
export const PROBLEM_TRANSITIONS: Table<ProblemState> = {
  open: {
    progressed: 'open',
    rescheduled: 'open',
    reassigned: 'open',
    noted: 'open',
    accepted: 'accepted',
    resolved: 'resolved',
    unresolvable: 'unresolvable',
  },
  accepted: {
    progressed: 'accepted',
    rescheduled: 'accepted',
    reassigned: 'accepted',
    noted: 'accepted',
    resolved: 'resolved',
    unresolvable: 'unresolvable',
  },
  resolved: { progressed: 'resolved', noted: 'resolved', reopened: 'open' },
  unresolvable: { progressed: 'unresolvable', noted: 'unresolvable', resolved: 'resolved', reopened: 'open' },
}

/** True where the item's state takes an event of that type. */
export const allows = (item: LedgerItem, type: FollowingType): boolean =>
  item.kind === 'task' ? type in TASK_TRANSITIONS[item.state] : type in PROBLEM_TRANSITIONS[item.state]
