import type { DigestKind } from '../digest/digest-period.ts'
import { chinaShort } from '../domain/calendar.ts'
import { isSubstantive } from '../domain/label.ts'
import type { LedgerEvent, LedgerItem } from '../domain/ledger.ts'
import type { EpochMs, GroupMessage, Member } from '../domain/message.ts'
import { safeText } from '../domain/safe-text.ts'
import type { Verdict } from '../domain/verdict.ts'
import { answerList } from '../ledger/answer-list.ts'
import { applyCommand } from '../ledger/apply-command.ts'
import { type Command, isItemCommand } from '../ledger/command.ts'

/** What comes of a word addressed to the bot: an answer, a digest to be composed, and what it moves in the ledger. */
export interface Conversation {
  events: LedgerEvent[]
  answer: string | null
  digest: DigestKind | null
}

const only = (answer: string | null): Conversation => ({ events: [], answer, digest: null })

const UNKNOWN = '没有听懂。发“帮助”可查看我能做的事。'

/** Answers a command; `items` are the group's. Numbers, lists and digests belong to a group, so in private chat none is given. */
export function converse(
  command: Command,
  message: GroupMessage,
  sender: Member,
  group: { items: ReadonlyMap<number, LedgerItem>; members: readonly Member[] },
  now: EpochMs,
): Conversation {
  // Help depends on who asks: it is given as an order.
  if (command.name === 'help' || command.name === 'unknown') return only(UNKNOWN)
  if (message.chat === 'single') return only('编号、清单和小结是按群记的,请在群里 @我 发送。发“帮助”可查看我能做的事。')
  if (command.name === 'digest') return { events: [], answer: null, digest: command.kind }
  if (isItemCommand(command)) {
    const by = { memberId: sender.memberId, role: sender.role, messageId: message.messageId, at: message.sentAt }
    return { ...applyCommand(command, by, group.items.get(command.number)), digest: null }
  }
  const { name } = command
  return only(answerList({ name }, [...group.items.values()], group.members, sender.memberId, now))
}

/** A word to the bot that is longer than this is no attempt at a command. */
const COMMAND_LENGTH = 12
/** Words that look less like courtesy may have been meant as a command. */
const SURELY = 0.6

/**
 * What the bot says to somebody who addressed it with no command: what it noted down, and one line of help for a short
 * word that may have been meant as a command. Work that moved nothing, courtesy and ceremony are left unanswered: where
 * a platform brings only what mentions the bot, every message would get an answer.
 */
export function acknowledge(
  events: readonly LedgerEvent[],
  text: string,
  { label, confidence }: Pick<Verdict, 'label' | 'confidence'>,
): string | null {
  const opened = events.flatMap((event) => (event.type === 'opened' ? [event] : []))
  if (opened.length > 0)
    return opened
      .map(({ number, kind, title, due }) => {
        const until = due === null ? '' : `,${chinaShort(due)}前`
        return `已记为第 ${number} 号${kind === 'task' ? '任务' : '问题'}:${safeText(title)}${until}`
      })
      .join('\n')
  const numbers = [...new Set(events.map((event) => event.number))]
  if (numbers.length > 0) return `已记到第 ${numbers.join('、')} 号事项。`
  const isCourtesy = label === 'ritual' && confidence >= SURELY
  const unclear = text.length <= COMMAND_LENGTH && !isCourtesy && !isSubstantive(label)
  return unclear ? UNKNOWN : null
}
