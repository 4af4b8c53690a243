import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOpen, type LedgerEventBody, type LedgerItem, PROBLEM_STATES, TASK_STATES } from '../../src/domain/ledger.ts'
import { fold } from '../../src/ledger/fold.ts'
import { allows, type FollowingType, PROBLEM_TRANSITIONS, TASK_TRANSITIONS } from '../../src/ledger/transitions.ts'
import { event, folded, opened } from './ledger-fixtures.ts'

const BODIES: Record<FollowingType, Exclude<LedgerEventBody, { type: 'opened' }>> = {
  progressed: { type: 'progressed', complete: false, note: '在办' },
  rescheduled: { type: 'rescheduled', due: 1 },
  reassigned: { type: 'reassigned', assigneeIds: ['li'] },
  noted: { type: 'noted', note: '提醒' },
  completed: { type: 'completed' },
  confirmed: { type: 'confirmed' },
  returned: { type: 'returned', reason: '不全' },
  cancelled: { type: 'cancelled', reason: '不办了' },
  reopened: { type: 'reopened', reason: '又坏了' },
  accepted: { type: 'accepted' },
  resolved: { type: 'resolved' },
  unresolvable: { type: 'unresolvable', reason: '无权限' },
}
const TYPES = Object.keys(BODIES) as FollowingType[]

/** Reaches each state of a kind by the shortest way through the table. */
function inState(kind: 'task' | 'problem', state: string): LedgerItem {
  let reached: LedgerItem[] = [folded(opened(kind))]
  for (let step = 0; step < 4; step += 1) {
    const found = reached.find((item) => item.state === state)
    if (found) return found
    reached = reached.flatMap((item) =>
      TYPES.filter((type) => allows(item, type)).map((type) => fold(item, event(item.sequence + 1, BODIES[type]))),
    )
  }
  throw new Error(`${kind} never becomes ${state}`)
}

describe('fold', () => {
  const table = { task: TASK_TRANSITIONS, problem: PROBLEM_TRANSITIONS }
  const states = { task: TASK_STATES, problem: PROBLEM_STATES }
  for (const kind of ['task', 'problem'] as const)
    for (const state of states[kind])
      for (const type of TYPES) {
        const allowed = (table[kind] as Record<string, Partial<Record<FollowingType, string>>>)[state]?.[type]
        it(`a ${kind} that is ${state} ${allowed ? `becomes ${allowed} by` : 'refuses'} "${type}"`, () => {
          const item = inState(kind, state)
          const next = event(item.sequence + 1, BODIES[type])
          if (allowed) expect(fold(item, next).state).toBe(allowed)
          else
            expect(() => fold(item, next)).toThrow(
              expect.objectContaining({
                code: 'LEDGER_TRANSITION',
                message: expect.stringMatching(`1 .*${state}.*${type}`),
              }),
            )
        })
      }

  it('refuses a first event that opens nothing, and a second opening', () => {
    expect(() => fold(null, event(1, { type: 'confirmed' }))).toThrow(
      expect.objectContaining({ code: 'LEDGER_TRANSITION' }),
    )
    expect(() => fold(folded(opened('task')), event(2, opened('task')))).toThrow(
      expect.objectContaining({ code: 'LEDGER_TRANSITION' }),
    )
  })

  it('refuses an event that is repeated, that skips one, or that is of another item', () => {
    const item = folded(opened('task'))
    for (const wrong of [event(1, BODIES.noted), event(3, BODIES.noted), event(2, BODIES.noted, { number: 2 })])
      expect(() => fold(item, wrong)).toThrow(expect.objectContaining({ code: 'LEDGER_SEQUENCE' }))
  })

  it('keeps the message that closed a task when the issuer confirms it later', () => {
    const item = folded(opened('task', ['li']), BODIES.progressed, BODIES.completed, BODIES.confirmed)
    expect(item).toMatchObject({ state: 'confirmed', closedBy: 'm3', updates: ['m2', 'm4'] })
  })

  it('counts the message that had closed a task among its updates once it is returned', () => {
    const item = folded(opened('task', ['li']), BODIES.completed, BODIES.returned)
    expect(item).toMatchObject({ state: 'returned', closedBy: null, closedAt: null, updates: ['m2', 'm3'] })
  })

  it('does not list the closing message among the updates when it also reported', () => {
    const start = folded(opened('task', ['li']))
    const reported = fold(start, event(2, { type: 'progressed', complete: true, note: '' }, { memberId: 'li' }))
    const done = fold(reported, event(3, { type: 'completed' }, { messageId: 'm2', memberId: 'li' }))
    expect(done).toMatchObject({ state: 'done', closedBy: 'm2', updates: [], completedBy: ['li'] })
  })

  it('counts only assignees among those who are done, and forgets them when the task is handed over', () => {
    const start = folded(opened('task', ['li', 'zhang']))
    const done: LedgerEventBody = { type: 'progressed', complete: true, note: '' }
    const both = fold(fold(start, event(2, done, { memberId: 'li' })), event(3, done, { memberId: 'wang' }))
    expect(both.completedBy).toEqual(['li'])
    expect(fold(both, event(4, { type: 'reassigned', assigneeIds: ['zhao'] })).completedBy).toEqual([])
  })

  it('never loses the opening message, nor changes what it was given, whatever allowed events follow', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('task' as const, 'problem' as const),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom('m1', 'a', 'b', 'c', 'd')), { maxLength: 30 }),
        (kind, choices) => {
          let item = folded(opened(kind))
          for (const [choice, messageId] of choices) {
            const types = TYPES.filter((type) => allows(item, type))
            const type = types[choice % types.length]
            if (!type) continue
            const before = structuredClone(item)
            const next = fold(item, event(item.sequence + 1, BODIES[type], { messageId }))
            expect(item).toEqual(before)
            item = next
          }
          expect(item.messageId).toBe('m1')
          expect(item.updates).not.toContain('m1')
          expect(new Set(item.updates).size).toBe(item.updates.length)
          expect(item.closedBy === null).toBe(isOpen(item))
          if (item.closedBy !== null) expect(item.updates).not.toContain(item.closedBy)
        },
      ),
    )
  })
})
