import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DigestFacts } from '../../src/digest/digest-facts.ts'
import { digestMarkdown } from '../../src/digest/digest-markdown.ts'
import { digestPeriod } from '../../src/digest/digest-period.ts'
import { LABELS, type Label } from '../../src/domain/label.ts'
import { isOpen, type LedgerItem, type ProblemItem, type TaskItem } from '../../src/domain/ledger.ts'

const at = (text: string) => Date.parse(`${text}+08:00`)
const NOW = at('2026-03-06T17:00:00')

const counts = (some: Partial<Record<Label, number>> = {}): Record<Label, number> => {
  const all = Object.fromEntries(LABELS.map((label) => [label, 0])) as Record<Label, number>
  return { ...all, ...some }
}

const base = {
  messageId: 'm',
  issuerId: 'chen',
  due: null,
  openedAt: at('2026-03-03T09:00:00'),
  updates: [],
  completedBy: [],
  closedBy: null,
  closedAt: null,
  sequence: 1,
}
const task = (number: number, title: string, over: Partial<TaskItem> = {}): TaskItem => ({
  ...base,
  kind: 'task',
  state: 'open',
  number,
  title,
  assigneeIds: ['li'],
  ...over,
})
const problem = (number: number, title: string, over: Partial<ProblemItem> = {}): ProblemItem => ({
  ...base,
  kind: 'problem',
  state: 'open',
  number,
  title,
  assigneeIds: [],
  ...over,
})

const facts = (over: Partial<DigestFacts> = {}): DigestFacts => ({
  groupName: '清溪镇工作群',
  kind: 'weekly',
  ...digestPeriod('weekly', NOW),
  now: NOW,
  items: [],
  members: [
    { memberId: 'chen', name: '陈国安', role: 'leader' },
    { memberId: 'li', name: '石桥村-李秀英', role: 'member' },
  ],
  labelCounts: counts({ task: 4 }),
  previousLabelCounts: null,
  bot: { groupPosts: 1, reminders: 2, answers: 3, held: 0, simulated: 0 },
  ...over,
})

describe('digestPeriod', () => {
  it('is the day in China for a daily digest, and Monday to Sunday for a weekly one', () => {
    expect(digestPeriod('daily', NOW)).toEqual({ from: at('2026-03-06T00:00:00'), to: at('2026-03-07T00:00:00') })
    expect(digestPeriod('weekly', NOW)).toEqual({ from: at('2026-03-02T00:00:00'), to: at('2026-03-09T00:00:00') })
  })

  it('counts a moment on its own side of midnight in China', () => {
    const midnight = at('2026-03-09T00:00:00')
    expect(digestPeriod('weekly', midnight - 1).to).toBe(midnight)
    expect(digestPeriod('weekly', midnight).from).toBe(midnight)
  })
})

describe('digestMarkdown', () => {
  it('says in order what is due, new, done, overdue and unsolved, then the noise and itself', () => {
    const text = digestMarkdown(
      facts({
        items: [
          task(1, '报危房台账', { due: at('2026-03-09T18:00:00') }),
          task(2, '清理河道', { due: at('2026-03-05T12:00:00'), openedAt: at('2026-02-20T09:00:00') }),
          task(3, '换闸门油封', { state: 'done', closedAt: at('2026-03-04T10:00:00'), closedBy: 'x' }),
          problem(4, '三组缺水', { openedAt: at('2026-03-01T08:00:00') }),
        ],
        labelCounts: counts({ task: 5, progress: 9, ritual: 12, checkin: 6, boast: 2 }),
        previousLabelCounts: counts({ ritual: 30 }),
        bot: { groupPosts: 1, reminders: 2, answers: 3, held: 4, simulated: 5 },
      }),
    )
    expect(text.split('\n')).toEqual([
      '**清溪镇工作群周报(3月2日—3月6日)**',
      '**近期到期 1 项**',
      '- 1号 报危房台账(责任:石桥村-李秀英;3月9日18:00前)',
      '**新交办 2 项**:1号 报危房台账;3号 换闸门油封',
      '**已办结 1 项**:3号 换闸门油封',
      '**已超期 1 项**',
      '- 2号 清理河道(责任:石桥村-李秀英;3月5日12:00前)',
      '**待解决问题 1 项**',
      '- 4号 三组缺水(3月1日提出,已 5 天)',
      '截至目前群消息 34 条,其中非工作内容 20 条(形式应答 12、打卡留痕 6、晒成绩 2);上周全周 30 条。',
      '机器人本周群内发言 1 次、私下提醒 2 次、答复 3 次;按规则未发 4 次;仅记录未执行 5 次。',
    ])
  })

  it('is one friendly line where nothing happened', () => {
    const text = digestMarkdown(facts({ labelCounts: counts() }))
    expect(text).toBe('**清溪镇工作群周报(3月2日—3月6日)** 本周截至目前没有待办事项,群里也很清静,大家安心工作。')
  })

  it('names every open task and problem, whatever their dates, each in the list of what is owed once', () => {
    const date = fc.integer({ min: at('2025-01-01T00:00:00'), max: at('2027-01-01T00:00:00') })
    const item = fc
      .record({
        number: fc.integer({ min: 1, max: 9999 }),
        kind: fc.constantFrom('task' as const, 'problem' as const),
        due: fc.option(date),
        openedAt: date,
        assigneeIds: fc.subarray(['li', 'gone']),
        done: fc.boolean(),
      })
      .map(({ kind, done, ...over }): LedgerItem => {
        const closed = done ? { closedAt: over.openedAt, closedBy: 'x' } : {}
        return kind === 'task'
          ? task(over.number, '事', { ...over, ...closed, state: done ? 'done' : 'returned' })
          : problem(over.number, '事', { ...over, ...closed, state: done ? 'resolved' : 'accepted' })
      })
    fc.assert(
      fc.property(fc.uniqueArray(item, { selector: ({ number }) => number, maxLength: 30 }), (items) => {
        const lines = digestMarkdown(facts({ items })).split('\n')
        for (const { number } of items.filter(isOpen))
          expect(lines.filter((line) => line.startsWith(`- ${number}号 `))).toHaveLength(1)
      }),
    )
  })

  it('shows only those who still owe something, and nobody as a number', () => {
    const text = digestMarkdown(
      facts({ items: [task(1, '报表', { assigneeIds: ['chen', 'li'], completedBy: ['li'] })] }),
    )
    expect(text).toContain('责任:陈国安;')
    expect(text).not.toContain('李秀英')
  })

  it('shows titles and names as plain text that rings nobody', () => {
    const text = digestMarkdown(
      facts({
        groupName: '**群**',
        items: [task(1, '@所有人 看[这里](http://x)\n# 大标题', { assigneeIds: [] })],
      }),
    )
    expect(text).not.toMatch(/[@[\]#]/)
    expect(text).toContain('**\uff0a\uff0a群\uff0a\uff0a周报')
  })

  it('claims no day that is still to come, and compares only what is over', () => {
    const noise = { labelCounts: counts({ ritual: 3 }), previousLabelCounts: counts({ boast: 3 }) }
    const said = (kind: 'daily' | 'weekly', now: number) =>
      digestMarkdown(facts({ kind, ...digestPeriod(kind, NOW), ...noise, now }))

    const monday = said('weekly', at('2026-03-02T10:00:00'))
    expect(monday).toContain('周报(3月2日)')
    const running = said('weekly', at('2026-03-08T23:59:59'))
    expect(running).toContain('周报(3月2日—3月8日)')
    expect(running).toContain('截至目前群消息 3 条')
    expect(running).not.toMatch(/持平|减少|增加/)
    const over = said('weekly', at('2026-03-09T00:00:00'))
    expect(over).toContain('周报(3月2日—3月8日)')
    expect(over).toContain('与上周持平')
    expect(over).not.toContain('截至目前')

    expect(said('daily', NOW)).toContain('日报(3月6日)')
    expect(said('daily', NOW)).toContain(';昨日全天 3 条。')
    expect(said('daily', at('2026-03-07T00:00:00'))).toContain('与昨日持平')
  })

  it('says so where nothing is left to do', () => {
    expect(digestMarkdown(facts())).toContain('没有未办结的任务和问题。')
  })
})
