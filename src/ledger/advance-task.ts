import type { LedgerItem } from '../domain/ledger.ts'
import type { FindDue } from '../domain/verdict.ts'
import { namedMembers, resolveAssignees } from './assignees.ts'
import { briefly } from './briefly.ts'
import type { Draft } from './draft.ts'
import type { LedgerInput, LedgerView } from './ledger-view.ts'
import { bestOf, type Match, matchItems } from './match.ts'
import { pointsOf } from './points.ts'
import { titleOf } from './title.ts'
import { addressedTitle } from './units.ts'
import { cancels, handsOver, reminds, reschedules } from './wording.ts'

/** How sure it must be that a message changes an existing task; else it opens a new one and no old one is lost. */
const CHANGE_THRESHOLD = 1.5
const REMINDER_THRESHOLD = 1.7
const LIKENESS_NEEDED = 0.8
const CANCEL_MARGIN = 0.4

/** Opens the task or tasks that a message assigns, or changes the one that it speaks of. */
export function advanceTask(input: LedgerInput, view: LedgerView, findDue: FindDue, draft: Draft): void {
  const matches = matchItems(input, view)
  if (changeExisting(matches, input, view, findDue, draft)) return
  for (const part of partsOf(input, view, findDue)) {
    draft.open({ type: 'opened', kind: 'task', issuerId: input.message.sender.memberId, ...part })
  }
  const asked = bestOf(matches, ({ item }) => item.kind === 'problem' && item.state === 'open')
  if (asked && input.role === 'leader' && (asked.quoted || answers(asked, input)))
    draft.add(asked.item, { type: 'accepted' })
}

/** An order that follows a problem at once, or in its own words, takes the problem on. */
const answers = ({ item, distance, likeness }: Match, { message }: LedgerInput): boolean =>
  item.issuerId !== message.sender.memberId && (likeness >= 1 || (distance <= 2 && likeness > 0))

function changeExisting(
  matches: readonly Match[],
  input: LedgerInput,
  view: LedgerView,
  findDue: FindDue,
  draft: Draft,
): boolean {
  const { text, sentAt } = input.message
  const means = (match: Match, threshold: number) =>
    match.quoted ||
    (match.score >= threshold && (match.likeness >= LIKENESS_NEEDED || isOnlyOneNamed(match, matches, input, view)))
  const tasks = matches.filter(({ item }) => item.kind === 'task' && mayChange(item, input))
  const best = bestOf(tasks)
  if (!best) return false

  if (cancels(text) && (best.quoted || isPlainlyMeant(best, tasks))) {
    draft.add(best.item, { type: 'cancelled', reason: briefly(text) })
    settleSnags(best.item, view, draft)
    return true
  }
  const dueSaid = () => findDue(text, sentAt)?.due ?? null
  if (handsOver(text) && means(best, CHANGE_THRESHOLD)) {
    const { assigneeIds } = resolveAssignees(text, input, view)
    if (assigneeIds.length === 0) return false
    const due = dueSaid()
    const after = draft.add(best.item, { type: 'reassigned', assigneeIds })
    if (due !== null && due !== best.item.due) draft.add(after, { type: 'rescheduled', due })
    settleSnags(best.item, view, draft)
    return true
  }
  if (reschedules(text) && means(best, CHANGE_THRESHOLD)) {
    const due = dueSaid()
    if (due !== null && due !== best.item.due) draft.add(best.item, { type: 'rescheduled', due })
    else draft.add(best.item, { type: 'noted', note: briefly(text) })
    settleSnags(best.item, view, draft)
    return true
  }
  if (reminds(text) && means(best, REMINDER_THRESHOLD)) {
    draft.add(best.item, { type: 'noted', note: briefly(text) })
    return true
  }
  return false
}

/** An obstacle that an assignee reported on the way is answered by changing the task. */
function settleSnags(task: LedgerItem, view: LedgerView, draft: Draft): void {
  for (const item of view.items)
    if (item.kind === 'problem' && task.updates.includes(item.messageId)) draft.add(item, { type: 'resolved' })
}

/** To cancel the wrong task would lose it: no other may be nearly as much like what is said. */
const isPlainlyMeant = (best: Match, tasks: readonly Match[]): boolean =>
  best.likeness >= LIKENESS_NEEDED &&
  tasks.every((other) => other === best || best.likeness - other.likeness >= CANCEL_MARGIN)

const mayChange = (item: LedgerItem, { message, role }: LedgerInput): boolean =>
  role === 'leader' || item.issuerId === message.sender.memberId

/** True where the message names an assignee of that task and of no other open one: 「@王强 怎么样了」. */
function isOnlyOneNamed(match: Match, matches: readonly Match[], input: LedgerInput, view: LedgerView): boolean {
  const named = namedMembers(input.message.text, input, view)
  if (named.length === 0) return false
  const theirs = matches.filter(({ item }) => item.kind === 'task' && item.assigneeIds.some((id) => named.includes(id)))
  return theirs.length === 1 && theirs[0]?.item === match.item
}

/** A point that asks for nothing: whom to ring up, where the form is, an acknowledgement. */
const ASIDE = /^.{0,5}$|^(?:收到|联系人|联系电话|附件|其他|未尽事宜|如有)/u

interface Part {
  title: string
  assigneeIds: string[]
  due: number | null
}

/** One task, or one for each numbered point where the points differ in whom they bind or by when. */
function partsOf(input: LedgerInput, view: LedgerView, findDue: FindDue): Part[] {
  const { text, sentAt } = input.message
  const part = (words: string): Part => {
    const { assigneeIds, addressed } = resolveAssignees(words, input, view)
    const title = titleOf(words, 'task')
    return {
      title: addressed === null ? title : addressedTitle(title, addressed),
      assigneeIds,
      due: findDue(words, sentAt)?.due ?? null,
    }
  }
  const points = pointsOf(text)
  if (!points) return [part(text)]

  const own = points.points.map((words) => ({ ...part(words), words, named: namedMembers(words, input, view) }))
  const people = new Set(own.filter((each) => each.named.length > 0).map((each) => each.named.join()))
  const dues = new Set(own.filter((each) => each.due !== null).map((each) => each.due))
  const bound = own.filter((each) => each.named.length > 0 || each.due !== null)
  if (bound.length < 2 || (people.size < 2 && dues.size < 2)) return [part(text)]
  const shared = part(points.preamble)
  return own
    .filter((each) => bound.includes(each) || !ASIDE.test(each.words))
    .map(({ title, assigneeIds, due }) => ({
      title,
      assigneeIds: assigneeIds.length > 0 ? assigneeIds : shared.assigneeIds,
      due: due ?? shared.due,
    }))
}
