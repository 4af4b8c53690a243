import { DAY_MS } from '../../src/domain/calendar.ts'
import type { Label } from '../../src/domain/label.ts'
import { isOpen, type LedgerEvent, type LedgerItem } from '../../src/domain/ledger.ts'
import type { GroupMessage, Member } from '../../src/domain/message.ts'
import type { FindDue } from '../../src/domain/verdict.ts'
import { advance } from '../../src/ledger/advance.ts'
import { fold } from '../../src/ledger/fold.ts'
import type { LedgerView, RecentMessage } from '../../src/ledger/ledger-view.ts'
import { type TranscriptProblem, type TranscriptTask, toTranscript } from '../../src/ledger/report.ts'

/** A transcript as `config/corpus/LABELS.md` describes it. */
export interface Transcript {
  group: string
  members: { id: string; name: string; role: 'leader' | 'member' }[]
  messages: { id: string; at: string; from: string; text: string; label: Label; replyTo?: string }[]
  gold: { tasks: Omit<TranscriptTask, 'id'>[]; problems: Omit<TranscriptProblem, 'id'>[] }
}

export interface LedgerReplay {
  messages: { id: string; label: Label }[]
  tasks: TranscriptTask[]
  problems: TranscriptProblem[]
  items: LedgerItem[]
  events: LedgerEvent[]
}

/** Plays a transcript through `advance` and `fold` with the given labels, one message after the other. */
export function replayLedger(transcript: Transcript, labels: readonly Label[], findDue: FindDue): LedgerReplay {
  const members: Member[] = transcript.members.map(({ id, name, role }) => ({ memberId: id, name, role }))
  const items = new Map<number, LedgerItem>()
  const events: LedgerEvent[] = []
  const recent: RecentMessage[] = []
  for (const [index, said] of transcript.messages.entries()) {
    const message = toMessage(transcript, said)
    const label = labels[index] ?? said.label
    const role = members.find((member) => member.memberId === said.from)?.role ?? 'member'
    const inView = [...items.values()].filter(
      (item) => isOpen(item) || (item.closedAt ?? 0) > message.sentAt - 14 * DAY_MS,
    )
    const view: LedgerView = { items: inView, members, nextNumber: items.size + 1, recent: recent.slice(-30) }
    for (const event of advance({ message, role, verdict: { label, confidence: 1, flags: [] } }, view, findDue)) {
      items.set(event.number, fold(items.get(event.number) ?? null, event))
      events.push(event)
    }
    recent.push({ messageId: said.id, senderId: said.from, role, text: said.text, label, sentAt: message.sentAt })
  }
  const all = [...items.values()]
  const messages = transcript.messages.map(({ id, label }, index) => ({ id, label: labels[index] ?? label }))
  return { messages, ...toTranscript(all), items: all, events }
}

function toMessage(transcript: Transcript, said: Transcript['messages'][number]): GroupMessage {
  const mentions: GroupMessage['mentions'] = transcript.members
    .filter(({ name }) => said.text.includes(`@${name}`))
    .map(({ id, name }) => ({ memberId: id, name }))
  if (said.text.includes('@所有人')) mentions.push({ everyone: true })
  const quoted = transcript.messages.find(({ id }) => id === said.replyTo)
  return {
    tenantId: 'default',
    groupId: 'g',
    messageId: said.id,
    adapter: 'sandbox',
    channelId: 'c',
    chat: 'group',
    sentAt: Date.parse(said.at),
    sender: { memberId: said.from },
    kind: 'text',
    text: said.text,
    mentions,
    addressesBot: false,
    ...(quoted ? { quote: { messageId: quoted.id, senderId: quoted.from, text: quoted.text } } : {}),
  }
}
