import { describe, expect, it } from 'vitest'
import { percent, postWords, stateWords } from '../../src/web/pages/sandbox/words.ts'
import { timeWords } from '../../src/web/shared/timeWords.ts'

const now = Date.parse('2026-11-23T21:00:00+08:00')

describe('words of the page', () => {
  it('says until when a reminder waits', () => {
    expect(postWords({ state: 'queued', notBefore: '2026-11-24T08:00:00+08:00', held: null }, now)).toBe(
      '等到 11月24日 08:00',
    )
    expect(postWords({ state: 'queued', notBefore: '2026-11-23T08:00:00+08:00', held: null }, now)).toBe('即将发送')
  })

  it('says that nothing was sent in a dry run or for want of budget', () => {
    expect(postWords({ state: 'simulated', notBefore: '', held: null }, now)).toBe('试运行(未发出)')
    expect(postWords({ state: 'held', notBefore: '', held: 'budget' }, now)).toBe('因额度未发')
    expect(postWords({ state: 'held', notBefore: '', held: 'paused' }, now)).toContain('静默')
    expect(postWords({ state: 'withdrawn', notBefore: '', held: null }, now)).toBe('已撤回,不作数')
  })

  it('shows the clock of China wherever the browser is', () => {
    expect(timeWords('2026-07-08T16:30:00Z')).toBe('7月9日 00:30')
    expect(timeWords('no moment')).toBe('')
  })

  it('never calls a doubtful thing certain', () => {
    expect(percent(0.9996)).toBe('99%')
    expect(percent(0.7999)).toBe('79%')
    expect(percent(0.29)).toBe('29%')
    expect(percent(1)).toBe('100%')
  })

  it('tells an open problem from an open task', () => {
    expect(stateWords({ kind: 'problem', state: 'open' })).toBe('待受理')
    expect(stateWords({ kind: 'task', state: 'open' })).toBe('待办')
  })
})
