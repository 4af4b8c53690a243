import type { LedgerEvent } from '../domain/ledger.ts'
import type { GroupMessage } from '../domain/message.ts'
import type { FindDue } from '../domain/verdict.ts'
import { advanceProblem } from './advance-problem.ts'
import { advanceProgress } from './advance-progress.ts'
import { advanceTask } from './advance-task.ts'
import { draftFor } from './draft.ts'
import { foldWidth } from './fold-width.ts'
import type { LedgerInput, LedgerView } from './ledger-view.ts'

/**
 * What a judged message does to the ledger of its group: nothing, or events in the order in which they are folded.
 * Pure and total: the same input gives the same events, noise and notices give none, and no text makes it throw.
 * When in doubt it opens a new item and leaves the old one open, so that nothing is lost.
 */
export function advance(said: LedgerInput, view: LedgerView, findDue: FindDue): LedgerEvent[] {
  const draft = draftFor(said, view)
  const input = { ...said, message: plainMessage(said.message) }
  switch (input.verdict.label) {
    case 'task':
      advanceTask(input, view, findDue, draft)
      break
    case 'problem':
      advanceProblem(input, view, draft)
      break
    case 'progress':
      advanceProgress(input, view, draft)
      break
    default:
      break
  }
  return draft.events
}

const plainMessage = (message: GroupMessage): GroupMessage => ({
  ...message,
  text: foldWidth(message.text),
  ...(message.quote ? { quote: { ...message.quote, text: foldWidth(message.quote.text) } } : {}),
})
