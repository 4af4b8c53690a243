import type { Label } from '../../src/domain/label.ts'
import type { LedgerEvent, LedgerEventBody, LedgerItem } from '../../src/domain/ledger.ts'
import type { GroupMessage, Member, Role } from '../../src/domain/message.ts'
import { advance } from '../../src/ledger/advance.ts'
import { fold } from '../../src/ledger/fold.ts'
import type { LedgerInput, LedgerView, RecentMessage } from '../../src/ledger/ledger-view.ts'

export const NINE = Date.parse('2026-03-04T09:00:00+08:00')
const MINUTE = 60_000

export const MEMBERS: Member[] = [
  { memberId: 'chen', name: '陈国安', role: 'leader' },
  { memberId: 'lin', name: '林敏', role: 'leader' },
  { memberId: 'zhang', name: '柳河村-张大勇', role: 'member' },
  { memberId: 'li', name: '石桥村-李秀英', role: 'member' },
  { memberId: 'zhao', name: '水利站-赵海', role: 'member' },
  { memberId: 'wang', name: '王小满', role: 'member' },
]

/** An event of item 1 by `chen`, with what matters to the test. */
export const event = (sequence: number, body: LedgerEventBody, over: Partial<LedgerEvent> = {}): LedgerEvent =>
  ({
    number: 1,
    sequence,
    messageId: `m${sequence}`,
    memberId: 'chen',
    at: NINE + sequence * MINUTE,
    ...body,
    ...over,
  }) as LedgerEvent

export const opened = (
  kind: 'task' | 'problem',
  assigneeIds: string[] = [],
  due: number | null = null,
): LedgerEventBody => ({
  type: 'opened',
  kind,
  title: '上报危房排查台账',
  issuerId: 'chen',
  assigneeIds,
  due,
})

/** The item after these events, numbered from one. */
export const folded = (...bodies: LedgerEventBody[]): LedgerItem => {
  const item = bodies.reduce<LedgerItem | null>((before, body, index) => fold(before, event(index + 1, body)), null)
  if (!item) throw new Error('no event given')
  return item
}

export const messageOf = (messageId: string, senderId: string, text: string, at: number): GroupMessage => {
  const mentions: GroupMessage['mentions'] = MEMBERS.filter(({ name }) => text.includes(`@${name}`)).map(
    ({ memberId, name }) => ({ memberId, name }),
  )
  if (text.includes('@所有人')) mentions.push({ everyone: true })
  return {
    tenantId: 'default',
    groupId: 'g',
    messageId,
    adapter: 'sandbox',
    channelId: 'main',
    chat: 'group',
    sentAt: at,
    sender: { memberId: senderId },
    kind: 'text',
    text,
    mentions,
    addressesBot: false,
  }
}

export const roleOf = (memberId: string): Role =>
  MEMBERS.find((member) => member.memberId === memberId)?.role ?? 'member'

type Line = [senderId: string, label: Label, text: string, replyTo?: string]

/** Plays lines a minute apart; messages are `m1`, `m2`, …; a line that says 「四点前」 is due at 16:00 that day. */
export function play(lines: readonly Line[]): { items: LedgerItem[]; events: LedgerEvent[] } {
  const items = new Map<number, LedgerItem>()
  const events: LedgerEvent[] = []
  const recent: RecentMessage[] = []
  for (const [index, [senderId, label, text, replyTo]] of lines.entries()) {
    const message = messageOf(`m${index + 1}`, senderId, text, NINE + index * MINUTE)
    if (replyTo)
      message.quote = { messageId: replyTo, text: recent.find((past) => past.messageId === replyTo)?.text ?? '' }
    const role = roleOf(senderId)
    const input: LedgerInput = { message, role, verdict: { label, confidence: 1, flags: [] } }
    const view: LedgerView = { items: [...items.values()], members: MEMBERS, nextNumber: items.size + 1, recent }
    for (const each of advance(input, view, dueAtFour)) {
      items.set(each.number, fold(items.get(each.number) ?? null, each))
      events.push(each)
    }
    recent.push({ messageId: message.messageId, senderId, role, text, label, sentAt: message.sentAt })
  }
  return { items: [...items.values()], events }
}

export const FOUR = Date.parse('2026-03-04T16:00:00+08:00')
export const FIVE = Date.parse('2026-03-04T17:00:00+08:00')
export const dueAtFour = (text: string) => {
  if (text.includes('五点前') || text.includes('改到五点')) return { due: FIVE, match: '五点' }
  return text.includes('四点前') ? { due: FOUR, match: '四点前' } : null
}
