import type { LedgerItem } from '../domain/ledger.ts'
import { briefly } from './briefly.ts'
import type { Draft } from './draft.ts'
import { foldWidth } from './fold-width.ts'
import { factsOf } from './item-facts.ts'
import type { LedgerInput, LedgerView } from './ledger-view.ts'
import { bestOf, type Match, matchItems } from './match.ts'
import { titleOf } from './title.ts'
import { isOfClass, selfDesignation } from './units.ts'

/** A snag belongs to a task only where more than nearness says so. */
const SNAG_THRESHOLD = 2.4
const ONLY_MEDIA = /^(?:\s|\[[^\]]{1,6}\]|[。,!?~.…])*$/u

/** A number with what it counts: 「三组」 and 「二组」 are two places. */
const FIGURES = /[\d一二三四五六七八九十]+\p{L}?/gu

/** Opens a problem, unless the message only adds to one that is open; an assignee's snag also belongs to the task. */
export function advanceProblem(input: LedgerInput, view: LedgerView, draft: Draft): void {
  const matches = matchItems(input, view)
  const { message } = input
  const note = briefly(message.text)
  const same = bestOf(matches, (match) => match.item.kind === 'problem' && isSameProblem(match, input))
  if (same) {
    draft.add(same.item, { type: 'noted', note })
    return
  }
  const { memberId } = message.sender
  const unit = selfDesignation(message.text)
  const snag = bestOf(matches, ({ item }) => item.kind === 'task' && concerns(item, memberId, unit))
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

/** True where the task is the sender's, by assignment or as one of the kind of unit that it addresses. */
const concerns = (task: LedgerItem, memberId: string, unit: string | null): boolean =>
  task.assigneeIds.includes(memberId) || (unit !== null && factsOf(task).classes.some((kind) => isOfClass(unit, kind)))

const isSnagOf = ({ item, quoted, score, likeness, distance }: Match): boolean =>
  quoted || (score >= SNAG_THRESHOLD && (likeness >= 0.5 || (item.assigneeIds.length === 1 && distance <= 1)))

/** A picture behind one's own report, or one's own report over again: the same place and figures in the same words. */
function isSameProblem({ item, quoted, likeness, distance }: Match, { message }: LedgerInput): boolean {
  if (item.issuerId !== message.sender.memberId) return false
  if (ONLY_MEDIA.test(message.text)) return distance <= 3
  const title = foldWidth(item.title)
  const sameFigures = (message.text.match(FIGURES) ?? []).every((figure) => title.includes(figure))
  return sameFigures && (quoted || (likeness >= 2 && distance <= 12))
}
