import { describe, expect, it } from 'vitest'
import { toTranscript, toTranscriptItem } from '../../src/ledger/report.ts'
import { FOUR, folded, opened } from './ledger-fixtures.ts'

describe('toTranscriptItem', () => {
  it('gives a task in the form that the scorer reads', () => {
    expect(toTranscriptItem(folded(opened('task', ['li'], FOUR), { type: 'noted', note: '' }))).toEqual({
      id: 't1',
      message: 'm1',
      title: '上报危房排查台账',
      assignees: ['li'],
      due: '2026-03-04T16:00:00+08:00',
      updates: ['m2'],
      status: 'open',
      closedBy: null,
    })
  })

  it('calls a task partial once some of its assignees have reported', () => {
    const some = { ...folded(opened('task', ['li', 'zhang'])), completedBy: ['li'] }
    expect(toTranscriptItem(some)).toMatchObject({ status: 'partial' })
  })

  it('maps closed states to done, cancelled and resolved', () => {
    expect(toTranscriptItem(folded(opened('task'), { type: 'confirmed' }))).toMatchObject({
      status: 'done',
      closedBy: 'm2',
    })
    expect(toTranscriptItem(folded(opened('task'), { type: 'cancelled', reason: '' }))).toMatchObject({
      status: 'cancelled',
    })
    expect(toTranscriptItem(folded(opened('problem'), { type: 'resolved' }))).toEqual({
      id: 'p1',
      message: 'm1',
      title: '上报危房排查台账',
      status: 'resolved',
      closedBy: 'm2',
    })
  })

  it('sorts a ledger into tasks and problems by number', () => {
    const items = [
      { ...folded(opened('problem')), number: 3 },
      { ...folded(opened('task')), number: 2 },
      folded(opened('task')),
    ]
    const { tasks, problems } = toTranscript(items)
    expect([tasks.map((task) => task.id), problems.map((problem) => problem.id)]).toEqual([['t1', 't2'], ['p3']])
  })
})
