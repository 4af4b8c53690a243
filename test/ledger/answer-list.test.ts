import { describe, expect, it } from 'vitest'
import { answerList } from '../../src/ledger/answer-list.ts'
import { FOUR, folded, MEMBERS, NINE, opened } from './ledger-fixtures.ts'

describe('answerList', () => {
  const task = { ...folded(opened('task', ['zhang', 'li'], FOUR)), number: 3, completedBy: ['li'] }
  const later = { ...folded(opened('task')), number: 4 }
  const problem = { ...folded(opened('problem')), number: 5 }
  const items = [later, task, problem]

  it('lists what is due first at the top, with who still owes it', () => {
    expect(answerList({ name: 'list-tasks' }, items, MEMBERS, 'chen', NINE)).toBe(
      '**未办结任务(2)**\n- 3号 上报危房排查台账(柳河村-张大勇;3月4日16:00前)\n- 4号 上报危房排查台账(全体;未定时限)',
    )
  })

  it('says what is overdue', () => {
    expect(answerList({ name: 'list-tasks' }, [task], MEMBERS, 'chen', FOUR + 1)).toContain('16:00前,已超期')
  })

  it('lists to a member only what that member still owes', () => {
    expect(answerList({ name: 'list-mine' }, items, MEMBERS, 'zhang', NINE)).toContain('3号')
    expect(answerList({ name: 'list-mine' }, items, MEMBERS, 'li', NINE)).not.toContain('3号')
    expect(answerList({ name: 'list-mine' }, [task], MEMBERS, 'li', NINE)).toBe('您目前没有未办结的任务。')
  })

  it('lists open problems since when, and nothing that is closed', () => {
    const solved = folded(opened('problem'), { type: 'resolved' })
    expect(answerList({ name: 'list-problems' }, [problem, solved], MEMBERS, 'li', NINE)).toBe(
      '**未解决问题(1)**\n- 5号 上报危房排查台账(3月4日09:01提出)',
    )
  })

  it('stays readable with hundreds of items', () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ ...later, number: index + 1 }))
    const answer = answerList({ name: 'list-tasks' }, many, MEMBERS, 'chen', NINE)
    expect(answer.split('\n')).toHaveLength(32)
    expect(answer).toContain('另有 270 项未列出,发“周报”可查看全部')
  })

  it('shows titles as plain text that mentions nobody', () => {
    const sly = { ...later, title: '@所有人 **点[这里](http://x)**' }
    const answer = answerList({ name: 'list-tasks' }, [sly], MEMBERS, 'chen', NINE)
    expect(answer).not.toContain('@所有人')
    expect(answer).toContain('\uff20所有人 \uff0a\uff0a点\uff3b这里\uff3d')
  })
})
