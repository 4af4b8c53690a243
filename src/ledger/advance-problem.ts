import { briefly } from './briefly.ts'
import type { Draft } from './draft.ts'
import type { LedgerInput, LedgerView } from './ledger-view.ts'
import { type Match, matchItems } from './match.ts'
import { titleOf } from './title.ts'

/** A snag belongs to a task only where more than nearness says so. */
const SNAG_THRESHOLD = 2.4
const ONLY_MEDIA = /^(?:\s|\[[^\]]{1,6}\]|[。,!?~.…])*$/u

/** Opens a problem, unless the message only adds to one that is open; an assignee's snag also belongs to the task. */
export function advanceProblem(input: LedgerInput, view: LedgerView, draft: Draft): void {
  const matches = matchItems(input, view)
  const { message } = input
  const note = briefly(message.text)
  const same = matches.find((match) => match.item.kind === 'problem' && isSameProblem(match, input))
  if (same) {
    draft.add(same.item, { type: 'noted', note })
    return
  }
  const { memberId } = message.sender
  const snag = matches.find(
    ({ item, likeness }) => item.kind === 'task' && (item.assigneeIds.includes(memberId) || likeness >= 1),
  )
  if (snag && isSnagOf(snag)) draft.add(snag.item, { type: 'progressed', complete: false, note })
  draft.open({
    type: 'opened',
    kind: 'problem',
    title: titleOf(message.text, 'problem'),
    issuerId: memberId,
    assigneeIds: [],
    due: null,
  })
}

const isSnagOf = ({ item, quoted, score, likeness, distance }: Match): boolean =>
  quoted || (score >= SNAG_THRESHOLD && (likeness >= 0.5 || (item.assigneeIds.length === 1 && distance <= 1)))

/** A picture behind one's own report, a quoted reminder, or the same matter in nearly the same words. */
function isSameProblem({ item, quoted, likeness, distance }: Match, { message }: LedgerInput): boolean {
  const own = item.issuerId === message.sender.memberId
  if (own && ONLY_MEDIA.test(message.text)) return distance <= 3
  return (quoted && own) || (likeness >= 2 && distance <= 12)
}
