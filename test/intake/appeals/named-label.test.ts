import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LABEL_NAMES, LABELS } from '../../../src/domain/label.ts'
import { namedLabel } from '../../../src/intake/appeals/named-label.ts'

describe('a label named in a decision', () => {
  it('is understood by its short name, its full name and its code, with the reason after it', () => {
    expect(namedLabel('任务')).toEqual({ label: 'task', reason: '' })
    expect(namedLabel('任务,县里要的')).toEqual({ label: 'task', reason: '县里要的' })
    expect(namedLabel('是办理反馈 已经办结')).toEqual({ label: 'progress', reason: '已经办结' })
    expect(namedLabel('problem: 管道真的坏了')).toEqual({ label: 'problem', reason: '管道真的坏了' })
    for (const label of LABELS) expect(namedLabel(LABEL_NAMES[label])).toEqual({ label, reason: '' })
  })

  it('is none where a reason only begins with such a word', () => {
    for (const reason of ['任务很急', '通知大家来的', '问题已经解决', '情况属实', '打卡机坏了'])
      expect(namedLabel(reason)).toEqual({ label: null, reason })
  })

  it('loses no word of a reason that names none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { label, reason } = namedLabel(text)
        return label !== null || reason === text.trim()
      }),
    )
  })
})
