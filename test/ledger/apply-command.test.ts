import { describe, expect, it } from 'vitest'
import type { LedgerItem } from '../../src/domain/ledger.ts'
import { applyCommand } from '../../src/ledger/apply-command.ts'
import type { ItemCommand } from '../../src/ledger/command.ts'
import { fold } from '../../src/ledger/fold.ts'
import { folded, NINE, opened, roleOf } from './ledger-fixtures.ts'

const confirm: ItemCommand = { name: 'confirm', number: 1 }

function give(command: ItemCommand, memberId: string, item: LedgerItem | undefined) {
  const by = { memberId, role: roleOf(memberId), messageId: 'command', at: NINE }
  const outcome = applyCommand(command, by, item)
  const after = item && outcome.events.reduce<LedgerItem>((before, event) => fold(before, event), item)
  return { ...outcome, after }
}

describe('applyCommand', () => {
  const task = folded(opened('task', ['zhang', 'li']))

  it('lets the issuer close a task by number', () => {
    expect(give(confirm, 'chen', task)).toMatchObject({
      after: { state: 'confirmed' },
      answer: expect.stringContaining('已销号'),
    })
  })

  it('lets any leader close it, and tells another member in one line why not', () => {
    expect(give(confirm, 'lin', task).after?.state).toBe('confirmed')
    const refused = give(confirm, 'wang', task)
    expect(refused.events).toEqual([])
    expect(refused.answer).toMatch(/^第 1 号.*承办人、交办人或负责人.*$/)
  })

  it("counts an assignee's 销号 as their part, and completes the task with the last of them", () => {
    const half = give(confirm, 'zhang', task)
    expect(half).toMatchObject({
      after: { state: 'in-progress', completedBy: ['zhang'] },
      answer: expect.stringContaining('还有 1 位'),
    })
    expect(give(confirm, 'li', half.after)).toMatchObject({ after: { state: 'done', completedBy: ['zhang', 'li'] } })
  })

  it('records the part of one member of a task for everybody without closing it', () => {
    expect(give(confirm, 'wang', folded(opened('task'))).after).toMatchObject({
      state: 'in-progress',
      completedBy: ['wang'],
    })
  })

  it('resolves a problem for whoever reported it', () => {
    expect(give(confirm, 'chen', folded(opened('problem'))).after?.state).toBe('resolved')
    expect(give(confirm, 'wang', folded(opened('problem'))).events).toEqual([])
  })

  it('returns what was reported, and keeps the reason', () => {
    const done = folded(opened('task', ['li']), { type: 'completed' })
    const outcome = give({ name: 'return', number: 1, reason: '缺附件' }, 'chen', done)
    expect(outcome.events).toMatchObject([{ type: 'returned', reason: '缺附件', sequence: 3, messageId: 'command' }])
    expect(outcome.after?.state).toBe('returned')
  })

  it('cancels and reopens for the issuer, and for nobody else', () => {
    const cancelled = give({ name: 'cancel', number: 1, reason: '' }, 'chen', task).after
    expect(cancelled?.state).toBe('cancelled')
    expect(give({ name: 'reopen', number: 1, reason: '' }, 'chen', cancelled).after?.state).toBe('open')
    expect(give({ name: 'cancel', number: 1, reason: '' }, 'zhang', task).events).toEqual([])
    expect(give({ name: 'reopen', number: 1, reason: '' }, 'zhang', cancelled).events).toEqual([])
  })

  it('says so where the number does not exist', () => {
    expect(give({ ...confirm, number: 9 }, 'chen', undefined)).toMatchObject({
      events: [],
      answer: expect.stringContaining('第 9 号'),
    })
  })

  it('answers every command in every state without an event that the state refuses', () => {
    const states = [
      task,
      folded(opened('task', ['li']), { type: 'progressed', complete: false, note: '' }),
      folded(opened('task', ['li']), { type: 'completed' }),
      folded(opened('task', ['li']), { type: 'confirmed' }),
      folded(opened('task', ['li']), { type: 'completed' }, { type: 'returned', reason: '' }),
      folded(opened('task'), { type: 'cancelled', reason: '' }),
      folded(opened('problem')),
      folded(opened('problem'), { type: 'accepted' }),
      folded(opened('problem'), { type: 'resolved' }),
      folded(opened('problem'), { type: 'unresolvable', reason: '' }),
    ]
    for (const item of states)
      for (const name of ['confirm', 'return', 'cancel', 'reopen'] as const)
        for (const memberId of ['chen', 'lin', 'li', 'wang']) {
          const command: ItemCommand = name === 'confirm' ? confirm : { name, number: 1, reason: '' }
          const { answer, after } = give(command, memberId, item)
          expect(answer).not.toBe('')
          expect(after).toBeDefined()
        }
  })
})
