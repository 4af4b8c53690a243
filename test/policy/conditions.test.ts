import { describe, expect, it } from 'vitest'
import { fromChina } from '../../src/domain/calendar.ts'
import { matchesPattern, patternProblem } from '../../src/policy/pattern.ts'
import { ranksPeople } from '../../src/policy/ranking.ts'
import { brief, newWorld, policyOf, rule, type Said, say, WEDNESDAY_10 } from './fixtures.ts'

const at = WEDNESDAY_10
const MIDNIGHT_MS = 14 * 3_600_000

/** Whether a rule of this condition meets the message. */
const meets = (when: object, said: Partial<Said> & { text?: string }) =>
  say(policyOf([rule('r', when, ['record'])]), newWorld(), { label: 'chatter', at, ...said }).length > 0

describe('a word of a rule', () => {
  it.each([
    ['大麻', '缴获大麻一批', true],
    ['大麻', '这事惹了大麻烦', false],
    ['打卡', '请大家打卡', true],
    ['点赞', '请点赞转发', true],
    ['转发', '请大家转发朋友圈', true],
    ['ok', 'OK', true],
    ['ok', 'tokyo', false],
    ['VIP', '服务vip客户', true],
    ['大麻', '大麻', true],
    ['大麻', '惹了大麻烦,又缴获大麻', true],
  ])('%s, said in 「%s」, is met: %s', (word, text, expected) => {
    expect(meets({ text: word }, { text })).toBe(expected)
  })
  it('is one of several, of which one suffices, and looks at substantive messages as well', () => {
    expect(meets({ text: ['接龙', '打卡'] }, { label: 'task', text: '请各村接龙' })).toBe(true)
  })
  it('needs the label too where the rule names one', () => {
    expect(meets({ text: '接龙', label: 'mandate' }, { label: 'task', text: '请各村接龙' })).toBe(false)
  })
  it('does not depend on how sure the judge is, unless the rule names what the judge saw', () => {
    expect(meets({ text: '接龙' }, { confidence: 0.3, text: '接龙' })).toBe(true)
    expect(meets({ text: '接龙', label: 'chatter' }, { confidence: 0.3, text: '接龙' })).toBe(false)
  })
})

describe('a pattern', () => {
  it('is met anywhere in the text, whatever case and width', () => {
    expect(matchesPattern('今晚前报5张照片', '报\\d+张')).toBe(true)
    expect(matchesPattern('编号 ab12', 'AB\\d+')).toBe(true)
    expect(matchesPattern('编号12', '编号\\d{2}')).toBe(true)
    expect(matchesPattern('一张照片也不用报', '报\\d+张')).toBe(false)
  })
  it.each(['(a+)+$', '(a|a)*b', '(a|aa)+$', '(.*a){12}$', '(\\w+\\s?)*!'])(
    '%s, which kills an engine that backtracks, is done with 20,000 characters in a moment',
    (pattern) => {
      const text = `${'a'.repeat(19_999)}!`
      matchesPattern(text, pattern)
      const start = performance.now()
      matchesPattern(text, pattern)
      expect(performance.now() - start).toBeLessThan(1000)
    },
  )
  it.each(['a*', '(甲|乙)?', '', '$', '.', '[^\\n]', '\\S+', '.{0,5}', '[\\s\\S]'])(
    '%s, which matches everything, is refused',
    (pattern) => {
      expect(patternProblem(pattern)).toContain('什么文字都能匹配')
    },
  )
  it.each(['(?=打卡)', '(?!打卡)截图', '(?<=请)回复', '(?<!不)回复', '(甲)\\1'])(
    '%s, which no linear engine takes, is refused in words',
    (pattern) => {
      expect(patternProblem(pattern)).toContain('不支持向前看、向后看和反向引用')
    },
  )
  it.each(['(打卡', '[打卡', '*打卡', 'a{3,1}', '(a{1000}){1000}'])('%s, which is none, is refused', (pattern) => {
    expect(patternProblem(pattern)).toContain('不是一个正确的表达式')
  })
  it('that repeats so often that long messages become slow is refused', () => {
    expect(patternProblem('.{0,1000}打卡')).toContain('重复次数太多')
  })
  it('that says something is accepted', () => {
    expect(patternProblem('(绝密|机密)\\s*★')).toBeNull()
    expect(patternProblem('收到.{0,10}回复')).toBeNull()
  })
})

describe('a ranking', () => {
  it.each([
    '本周学习积分排名:1.柳河村 98% 2.青山村 95% 3.白石村 60%',
    '打卡完成率靠后的单位:柳河村、青山村、白石村',
    '答题排行榜:张大勇98分,李梅95分,王敏60分',
    '第一名柳河村,第二名青山村,请落后的加油',
    '红榜:柳河村、青山村;黑榜:白石村、石桥社区',
    '截至目前未打卡的有:张大勇、李梅、王敏',
    '@张大勇 @李梅 还没点赞,请抓紧',
    '以下单位尚未接龙:\n柳河村\n青山村',
    '未转发人员:张大勇、李梅',
  ])('is seen in 「%s」', (text) => {
    expect(ranksPeople(text)).toBe(true)
  })
  it.each([
    '我镇在全县排名第一,感谢大家!',
    '在全县排名第一,排查房屋120户,整改隐患35处,化解矛盾12件',
    '今天的任务:1.清淤 2.巡堤 3.转移低洼户',
    '一、报送排名材料;二、清理台账;三、准备会议',
    '请柳河村、青山村、白石村周五前报水毁道路里程',
    '柳河村、青山村、白石村的路灯已修好',
    '取消各类排名通报,不再按积分评比',
    '柳河村还没有回复是否停电,请供电所核实',
    '没有投票任务,大家安心干活',
    '未报送水毁情况的村:柳河村、青山村,今天下班前补报',
  ])('is not seen in 「%s」', (text) => {
    expect(ranksPeople(text)).toBe(false)
  })
  it('is looked for in 20,000 characters in a moment', () => {
    for (const part of ['排名柳河村、', '1.张大勇 ', '未打卡,', '社区社区社区', ' ']) {
      const start = performance.now()
      ranksPeople(`排名${part.repeat(20_000 / part.length)}`)
      expect(performance.now() - start).toBeLessThan(1000)
    }
  })
})

describe('nothing but pictures', () => {
  const burst = { picturesOnly: true, count: 3, within: '10m', of: 'sender' }
  it.each([
    ['[图片]', true],
    ['[图片][视频] [语音]', true],
    ['[图片] 柳河村井盖损坏', false],
    ['', false],
    ['图片', false],
  ])('is what 「%s」 is: %s', (text, expected) => {
    expect(meets({ picturesOnly: true }, { text })).toBe(expected)
  })
  it('comes in a burst by one person, not by three', () => {
    const policy = policyOf([rule('burst', burst, ['remind-sender'])])
    const world = newWorld()
    const from = (who: string, ms: number) =>
      brief(say(policy, world, { label: 'checkin', at: at + ms, from: who, text: '[图片]' }))
    expect([from('a', 1), from('b', 2), from('c', 3), from('a', 4), from('a', 5)]).toEqual([
      [],
      [],
      [],
      [],
      ['remind-sender→a'],
    ])
  })
})

describe('what a task lacks', () => {
  it('is a matter of the slots that the rule names, one of which suffices', () => {
    const lacking = (missing: string[], opens: { assignee: boolean; due: boolean } | undefined) =>
      meets({ label: 'task', missing }, { label: 'task', ...(opens && { opens }) })
    expect(lacking(['assignee', 'due'], { assignee: true, due: false })).toBe(true)
    expect(lacking(['assignee'], { assignee: true, due: false })).toBe(false)
    expect(lacking(['assignee', 'due'], { assignee: true, due: true })).toBe(false)
    expect(lacking(['due'], { assignee: false, due: false })).toBe(true)
  })
  it('is nothing where the message opens no task', () => {
    expect(meets({ label: 'task', missing: 'due' }, { label: 'task' })).toBe(false)
  })
  it('is asked of the one who gave it', () => {
    const policy = policyOf([rule('r', { label: 'task', missing: 'due' }, ['ask-for-details'])])
    const said = { label: 'task', at, from: 'boss', opens: { assignee: true, due: false } } as const
    expect(brief(say(policy, newWorld(), said))).toEqual(['ask-for-details→boss'])
  })
})

describe('@所有人', () => {
  it('is counted a day, whoever calls and whatever for', () => {
    const policy = policyOf([rule('calls', { mentionsAll: true, count: 3, within: '1d' }, ['record'])])
    const world = newWorld()
    const call = (hours: number, mentionsAll = true) =>
      say(policy, world, { label: 'notice', at: at + hours * 3_600_000, from: `p${hours}`, mentionsAll }).length
    expect([call(0), call(1, false), call(2), call(3), call(4), call(30), call(31), call(32)]).toEqual([
      0, 0, 0, 1, 0, 0, 0, 1,
    ])
  })
})

describe('a rest day', () => {
  const onRest = (...moment: Parameters<typeof fromChina>) =>
    meets({ label: 'task', restDay: true }, { label: 'task', at: fromChina(...moment) })
  it('is a Saturday and a holiday, not a Saturday that is worked for 调休', () => {
    expect(onRest(2026, 3, 7, 10)).toBe(true)
    expect(onRest(2026, 10, 1, 10)).toBe(true)
    expect(onRest(2026, 2, 28, 10)).toBe(false)
    expect(onRest(2026, 3, 4, 23)).toBe(false)
  })
  it('is one also where every day is worked', () => {
    const policy = policyOf([rule('r', { label: 'task', restDay: true }, ['record'])], {
      workHours: { days: 'everyday' },
    })
    expect(say(policy, newWorld(), { label: 'task', at: fromChina(2026, 3, 7, 10) })).toHaveLength(1)
  })
})

describe('an assignment out of hours', () => {
  const policy = policyOf([rule('late', { label: 'task', outOfHours: true }, ['remind-sender'])], {
    workHours: { emergencies: ['防汛'] },
  })
  it('is met at night, and its reminder waits for the morning', () => {
    const [decision] = say(policy, newWorld(), { label: 'task', at: at + MIDNIGHT_MS })
    expect(decision?.notBefore).toBe(fromChina(2026, 3, 5, 8, 30))
  })
  it('is none in an emergency', () => {
    const said = { label: 'task', at: at + MIDNIGHT_MS, text: '防汛:请各村连夜转移低洼户' } as const
    expect(brief(say(policy, newWorld(), said))).toEqual(['remind-sender!emergency'])
  })
})
