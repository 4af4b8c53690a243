import { HOUR_MS } from '../domain/calendar.ts'
import type { LedgerItem } from '../domain/ledger.ts'
import { namedMembers } from './assignees.ts'
import { briefly } from './briefly.ts'
import type { Draft } from './draft.ts'
import { foldWidth } from './fold-width.ts'
import { factsOf } from './item-facts.ts'
import type { LedgerInput, LedgerView } from './ledger-view.ts'
import { bestOf, type Match, matchItems, ranked } from './match.ts'
import { knownPeople } from './people.ts'
import { isOfClass, numberedUnits, selfDesignation, splitName } from './units.ts'
import { type Completion, completionOf, confirms } from './wording.ts'

/** Below this score a report touches nothing. */
const THRESHOLD = 2
/** Somebody else than the assignee finishes a task only where the words leave no doubt. */
const SURE_LIKENESS = 1.3
const LINKED_LIKENESS = 0.6
/** By then the units that an earlier task addressed have had the time to show themselves. */
const LEARNING_MS = 18 * HOUR_MS

/** Books a report on the task or problem that it means. */
export function advanceProgress(input: LedgerInput, view: LedgerView, draft: Draft): void {
  const matches = matchItems(input, view)
  const best = bestOf(matches)
  if (!best || best.score < THRESHOLD) return
  const completion = completionOf(input.message.text)
  const task = best.item.kind === 'task' ? best : orderBehind(best, matches, input)
  if (!task) {
    reportOnProblem(best, completion, input, view, draft)
    return
  }
  const after = reportOnTask(task, completion, input, view, draft)
  if (completion === 'complete')
    for (const { item } of ranked(matches.filter((match) => isOvercome(match, after, input))))
      draft.add(item, { type: 'resolved' })
}

const isLinked = (a: LedgerItem, b: LedgerItem): boolean =>
  a.updates.includes(b.messageId) || b.updates.includes(a.messageId)

/** The order by which a problem was answered, where its assignee now reports: their report is on the order. */
function orderBehind(problem: Match, matches: readonly Match[], { message }: LedgerInput): Match | undefined {
  const { memberId } = message.sender
  return bestOf(
    matches,
    ({ item }) =>
      item.kind === 'task' &&
      isLinked(item, problem.item) &&
      !item.completedBy.includes(memberId) &&
      (item.assigneeIds.includes(memberId) ||
        (problem.item.issuerId === memberId && item.updates.includes(problem.item.messageId))),
  )
}

/** A problem that belongs to a finished task is over where its reporter finished it or the report speaks of it too. */
const isOvercome = ({ item, likeness }: Match, task: LedgerItem, { message }: LedgerInput): boolean =>
  item.kind === 'problem' &&
  isLinked(item, task) &&
  ((item.issuerId === message.sender.memberId && task.updates.includes(item.messageId)) || likeness >= LINKED_LIKENESS)

function reportOnProblem(
  { item }: Match,
  completion: Completion,
  input: LedgerInput,
  view: LedgerView,
  draft: Draft,
): void {
  const { text, sender } = input.message
  const own = item.issuerId === sender.memberId
  // A leader who has signed, and sends somebody, has taken the problem on: it is not over yet.
  const delegated = input.role === 'leader' && !own && namedMembers(text, input, view).length > 0
  if (completion === 'complete' && !delegated) draft.add(item, { type: 'resolved' })
  else if (item.state === 'open' && !own) draft.add(item, { type: 'accepted' })
  else draft.add(item, { type: 'progressed', complete: false, note: briefly(text) })
}

function reportOnTask(
  match: Match,
  completion: Completion,
  input: LedgerInput,
  view: LedgerView,
  draft: Draft,
): LedgerItem {
  const found = match.item
  const { text, sender } = input.message
  const note = briefly(text)
  if (sender.memberId === found.issuerId) {
    return confirms(text)
      ? draft.add(found, { type: 'completed' })
      : draft.add(found, { type: 'progressed', complete: false, note })
  }
  const item = joinClass(found, input, view, draft)
  const assigned = item.assigneeIds.includes(sender.memberId)
  const complete = completion === 'complete' || (completion === 'unclear' && assigned && /\d|\[文件\]/.test(text))
  const after = draft.add(item, { type: 'progressed', complete, note })
  if (!complete) return after
  const lastOne =
    after.assigneeIds.length > 0 &&
    after.assigneeIds.every((id) => after.completedBy.includes(id)) &&
    knowsEveryAssignee(after, input, view)
  const byProxy = !assigned && after.assigneeIds.length === 1 && (match.quoted || match.likeness >= SURE_LIKENESS)
  return lastOne || byProxy ? draft.add(after, { type: 'completed' }) : after
}

/**
 * A unit that answers a task to all units of its kind is one of its assignees, though nobody had told the bot. Where the
 * names show the units, whoever answers for a unit stands in for the colleague who was put down for it.
 */
function joinClass(item: LedgerItem, { message, role }: LedgerInput, view: LedgerView, draft: Draft): LedgerItem {
  const { memberId } = message.sender
  const classes = factsOf(item).classes
  if (classes.length === 0 || role === 'leader' || item.assigneeIds.includes(memberId)) return item
  const unit = nameUnit(memberId, view)
  if (item.assigneeIds.some((id) => nameUnit(id, view) !== '')) {
    const colleague = item.assigneeIds.find((id) => unit !== '' && nameUnit(id, view) === unit)
    if (colleague === undefined || item.completedBy.includes(colleague)) return item
    const assigneeIds = item.assigneeIds.map((id) => (id === colleague ? memberId : id))
    return draft.add(item, { type: 'reassigned', assigneeIds })
  }
  const said = selfDesignation(message.text)
  if (unit !== '' || (said !== null && !classes.some((kind) => isOfClass(said, kind)))) return item
  return draft.add(item, { type: 'reassigned', assigneeIds: [...item.assigneeIds, memberId] })
}

/** A reminder names the units that are still missing (「还差五班、六班」); with their answers it is complete. */
function hasHeardTheMissing(task: LedgerItem, classes: readonly string[], report: string, view: LedgerView): boolean {
  const reminder = view.recent.findLast((past) => past.role === 'leader' && task.updates.includes(past.messageId))
  const missing = reminder ? numberedUnits(foldWidth(reminder.text), classes) : []
  if (missing.length === 0) return false
  const heard = knownPeople(view).filter((person) => task.completedBy.includes(person.memberId))
  const units = new Set([selfDesignation(report), ...heard.flatMap((person) => person.units)])
  return missing.every((unit) => units.has(unit))
}

/** The unit that a member's name shows; empty where it shows none. */
function nameUnit(memberId: string, view: LedgerView): string {
  const name = view.members.find((member) => member.memberId === memberId)?.name ?? ''
  return splitName(foldWidth(name)).unit
}

/**
 * False where the task addresses a kind of unit (「各班」) whose members the bot is still learning from their answers:
 * then the last one heard may not be the last. Names that carry the unit, or an earlier task to the same, settle it.
 */
function knowsEveryAssignee(task: LedgerItem, { message }: LedgerInput, view: LedgerView): boolean {
  const classes = factsOf(task).classes
  if (classes.length === 0 || task.assigneeIds.every((id) => nameUnit(id, view) !== '')) return true
  if (hasHeardTheMissing(task, classes, message.text, view)) return true
  return view.items.some(
    (earlier) =>
      earlier.kind === 'task' &&
      earlier.number < task.number &&
      message.sentAt - earlier.openedAt >= LEARNING_MS &&
      factsOf(earlier).classes.some((kind) => classes.includes(kind)) &&
      earlier.assigneeIds.length > 1 &&
      earlier.assigneeIds.every((id) => task.assigneeIds.includes(id)),
  )
}
