import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fromChina } from '../../src/domain/calendar.ts'
import { LABELS, type Label } from '../../src/domain/label.ts'
import { GROUP } from '../../src/domain/outbound.ts'
import { checkPolicy } from '../../src/policy/check.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import { brief, newWorld, type Said, say, WEDNESDAY_10 } from './fixtures.ts'

const NAMES = ['lenient', 'standard', 'strict'] as const
type Name = (typeof NAMES)[number]
const read = (name: Name | 'sandbox') =>
  readFileSync(new URL(`../../config/policies/${name}.yaml`, import.meta.url), 'utf8')
const preset = (name: Name | 'sandbox') => parsePolicy(read(name), `${name}.yaml`)
const at = WEDNESDAY_10
const DAY = 86_400_000
const WORK = ['task', 'progress', 'problem', 'notice'] as const

/** What the rules of one check do over a stream, as `action→to` in order; gathered ones left out. */
function doneBy(name: Name, rules: string[], stream: readonly Partial<Said>[]): string[] {
  const world = newWorld()
  return stream.flatMap((said, index) => {
    const decisions = say(preset(name), world, { label: 'chatter', at: at + index, confidence: 0.92, ...said })
    return brief(decisions.filter(({ rule, held }) => rules.includes(rule) && held !== 'gathered'))
  })
}
const times = (count: number, build: (index: number) => Partial<Said>) =>
  Array.from({ length: count }, (_, i) => build(i))

describe.each(NAMES)('the preset %s', (name) => {
  it('is read without errors and without warnings, observes, and lets a new group be observed for a week', () => {
    const policy = preset(name)
    expect(checkPolicy(policy)).toEqual([])
    expect(policy.mode).toBe('observe')
    expect(policy.observeFirst).toBe(7 * DAY)
  })
  it('explains itself in Chinese: every rule has a comment, a title, and a clause with its source and year', () => {
    const lines = read(name).split('\n')
    for (const [index, line] of lines.entries()) {
      if (line.startsWith('  - id:')) expect(lines[index - 1]).toMatch(/^ {2}# .*\p{Script=Han}/u)
    }
    for (const each of preset(name).rules) {
      expect(each.title).toMatch(/\p{Script=Han}/u)
      // No text at hand speaks of marks of secrecy.
      if (each.id === 'secret-marks') continue
      expect(each.clause).toMatch(/20[12]\d/)
      expect(each.clause).toMatch(/「.+」|《.+》|规定/)
    }
  })
  it('has a rule for every check that is a rule over messages', () => {
    for (const check of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17]) {
      expect(read(name)).toMatch(new RegExp(`【检查(?:${check}|1–3)】`))
    }
    expect(preset(name).workHours.emergencies).not.toEqual([])
  })
  it('meets boasts, clock-ins and mandates, and never in public', () => {
    for (const label of ['boast', 'checkin', 'mandate'] as const) {
      const decisions = say(preset(name), newWorld(), { label, at, confidence: 0.92 })
      expect(decisions).not.toEqual([])
      for (const { to } of decisions) expect(to).not.toBe(GROUP)
    }
  })
  it('is silent in an emergency (check 18)', () => {
    const text = '防汛应急响应,请各村立即打卡报到'
    const held = say(preset(name), newWorld(), { label: 'mandate', at, text }).map((decision) => decision.held)
    expect(new Set(held)).toEqual(new Set(['emergency']))
  })
  it('takes no mandate for an emergency because it calls itself urgent', () => {
    const text = '@所有人:紧急通知,今晚前报5张活动照片'
    const said = { label: 'mandate', at, text, confidence: 0.95, flags: ['asks_trace'] } as const
    expect(brief(say(preset(name), newWorld(), { ...said, flags: ['asks_trace'] }))[0]).toBe('remind-sender→zhang')
  })
  it('counts repeated @所有人 against nobody during 防汛, 应急, 安保', () => {
    for (const word of ['防汛', '应急', '安保']) {
      const calls = times(12, () => ({ label: 'notice', mentionsAll: true, text: `@所有人 ${word}值守注意` }))
      expect(doneBy(name, ['mentions-all'], calls)).toEqual([])
    }
  })
  it('takes a result that is tied to a problem or a task for what it is', () => {
    for (const text of ['居民家的漏水修好了', '小区的路灯亮起来了', '没有废话、没有寒暄,上午发通知,下午交材料']) {
      for (const label of WORK) expect(say(preset(name), newWorld(), { label, at, text })).toEqual([])
    }
  })
})

const FIRST = '请各村于3月6日前上报防汛物资储备台账'.replace('防汛', '抗灾')
const AGAIN = FIRST.replace('3月6日', '3月9日')

/** For each check: the rules, the messages, and what each preset does. */
const CHECKS: readonly [sentence: string, rules: string[], Partial<Said>[], Record<Name, string[]>][] = [
  [
    '1: who demands 打卡, 接龙 or 签到 is told in private',
    ['no-forced-check-ins'],
    [{ label: 'mandate', text: '请各村今天在群里接龙打卡' }],
    { lenient: ['remind-sender→zhang'], standard: ['remind-sender→zhang'], strict: ['remind-sender→zhang'] },
  ],
  [
    '2: who demands screenshots or pictures as proof is told in private',
    ['no-forced-pictures'],
    [{ label: 'mandate', flags: ['asks_trace'], text: '请上传走访水印照片' }],
    { lenient: ['remind-sender→zhang'], standard: ['remind-sender→zhang'], strict: ['remind-sender→zhang'] },
  ],
  [
    '3: who demands 收到 is offered silent confirmation',
    ['no-forced-replies'],
    [{ label: 'mandate', flags: ['asks_ack'], text: '收到请回复,5分钟内' }],
    {
      lenient: ['offer-silent-confirm→zhang'],
      standard: ['offer-silent-confirm→zhang'],
      strict: ['offer-silent-confirm→zhang'],
    },
  ],
  [
    '4: a flood of 收到 leads to one offer to the one who asked, and names nobody',
    ['acknowledgement-flood'],
    [
      { label: 'task', from: 'boss', role: 'leader' },
      ...times(9, (i) => ({ label: 'ritual', from: `p${i}`, text: '收到' })),
    ],
    {
      lenient: [],
      standard: ['offer-silent-confirm→boss'],
      strict: ['offer-silent-confirm→boss', 'note-owner→owner', 'offer-silent-confirm→boss', 'note-owner→owner'],
    },
  ],
  [
    '4: one sentence copied by many leads to one note to the owner',
    ['copied-words'],
    [
      { label: 'task', from: 'boss', role: 'leader' },
      ...times(10, (i) => ({ label: 'ritual' as const, from: `p${i}`, text: '领导辛苦了[强]' })),
    ],
    { lenient: [], standard: ['note-owner→owner'], strict: [] },
  ],
  [
    '5: a boast is told in private, and repeated to the owner',
    ['no-boasting'],
    times(3, () => ({ label: 'boast' })),
    {
      lenient: ['record→null', 'record→null', 'record→null'],
      standard: ['remind-sender→zhang', 'remind-sender→zhang', 'note-owner→owner'],
      strict: ['remind-sender→zhang', 'note-owner→owner'],
    },
  ],
  [
    '6: a clock-in is told in private',
    ['no-checkins'],
    [{ label: 'checkin', text: '今日入户打卡' }],
    { lenient: ['record→null'], standard: ['remind-sender→zhang'], strict: ['remind-sender→zhang'] },
  ],
  [
    '6: a burst of pictures without a word is told in private',
    ['picture-burst'],
    times(9, () => ({ label: 'chatter', text: '[图片]' })),
    { lenient: ['record→null'], standard: ['remind-sender→zhang'], strict: ['remind-sender→zhang'] },
  ],
  [
    '7: who demands the same a second time is told in private',
    ['same-demand'],
    [FIRST, AGAIN].map((text) => ({ label: 'mandate', text })),
    { lenient: ['record→null'], standard: ['remind-sender→zhang'], strict: ['remind-sender→zhang'] },
  ],
  [
    '7: a form that is asked for a second time in a task is recorded',
    ['same-demand-in-work'],
    [FIRST, AGAIN].map((text) => ({ label: 'task', text, flags: ['form'] })),
    { lenient: ['record→null'], standard: ['record→null'], strict: ['remind-sender→zhang'] },
  ],
  [
    '8: who ranks, or names those who have not liked, is told in private',
    ['no-ranking'],
    [{ label: 'mandate', text: '未点赞人员:张大勇、李梅、王敏,请抓紧' }],
    {
      lenient: ['remind-sender→zhang'],
      standard: ['remind-sender→zhang', 'note-owner→owner'],
      strict: ['remind-sender→zhang', 'note-owner→owner'],
    },
  ],
  [
    '8: a ranking in a notice is recorded',
    ['ranking-in-work'],
    [{ label: 'notice', text: '月度考核排名:柳河村98分、青山村95分、白石村90分' }],
    { lenient: ['record→null'], standard: ['record→null'], strict: ['note-owner→owner'] },
  ],
  [
    '9: who demands likes, votes, follows or forwards is told in private',
    ['no-forced-likes'],
    [{ label: 'mandate', text: '请每人转发10次并点赞,投票不少于50票' }],
    { lenient: ['remind-sender→zhang'], standard: ['remind-sender→zhang'], strict: ['remind-sender→zhang'] },
  ],
  [
    '10: an assignment out of hours is recorded, or told in the morning',
    ['out-of-hours'],
    [{ label: 'task', at: fromChina(2026, 3, 4, 22) }],
    { lenient: ['record→null'], standard: ['record→null'], strict: ['remind-sender→zhang'] },
  ],
  [
    '11: @所有人 is counted a day',
    ['mentions-all'],
    times(6, () => ({ label: 'notice', mentionsAll: true })),
    { lenient: ['record→null'], standard: ['record→null'], strict: ['note-owner→owner'] },
  ],
  [
    '11: meetings are counted a week',
    ['many-meetings'],
    times(8, (i) => ({ label: 'notice', flags: ['meeting'], at: at + i * 3_600_000 })),
    { lenient: ['record→null'], standard: ['record→null'], strict: ['note-owner→owner', 'note-owner→owner'] },
  ],
  [
    '12: a task without owner or date is recorded, or its sender is asked',
    ['incomplete-task'],
    [{ label: 'task', opens: { assignee: false, due: true } }],
    { lenient: ['record→null'], standard: ['record→null'], strict: ['ask-for-details→zhang'] },
  ],
  [
    '17: marks of secrecy are told in private at once, whatever the message does',
    ['secret-marks'],
    [{ label: 'notice', text: '[文件] 机密-会议纪要.docx' }],
    { lenient: ['remind-sender→zhang'], standard: ['remind-sender→zhang'], strict: ['remind-sender→zhang'] },
  ],
  [
    '17: a number of an identity card is told in private at once',
    ['personal-numbers'],
    [{ label: 'task', text: '补助名单:张某 11010119900307123X' }],
    { lenient: ['remind-sender→zhang'], standard: ['remind-sender→zhang'], strict: ['remind-sender→zhang'] },
  ],
]

describe.each(CHECKS)('check %s', (_, rules, stream, expected) => {
  it.each(NAMES)('by the preset %s', (name) => {
    expect(doneBy(name, rules, stream)).toEqual(expected[name])
  })
})

describe('check 17', () => {
  it.each([
    ['秘密★ 关于……的通知', true],
    ['【内部资料】请勿外传', true],
    ['密级:机密', true],
    ['绝密文件汇总.pdf', true],
    ['商业秘密保护培训通知', false],
    ['请做好保密工作,机密文件不得上群', false],
    ['内部控制制度.docx', false],
    ['订单号 4500001990030712345678', false],
    ['联系电话 13800138000', false],
  ])('of 「%s」 is met: %s', (text, expected) => {
    const decisions = say(preset('standard'), newWorld(), { label: 'notice', at, text })
    expect(decisions.length > 0).toBe(expected)
  })
  it('is said on a Saturday as well', () => {
    const saturday = fromChina(2026, 3, 7, 10)
    const [decision] = say(preset('standard'), newWorld(), { label: 'notice', at: saturday, text: '机密★' })
    expect(decision).toMatchObject({ action: 'remind-sender', held: null, notBefore: saturday })
  })
})

describe('the preset standard', () => {
  const outcomes = (label: Label, count: number) => {
    const world = newWorld()
    return times(count, (i) => ({ label, at: at + i * 1000, text: `第${i}条` })).map((said) =>
      brief(say(preset('standard'), world, { label, at, ...said })),
    )
  }
  it('is called after the rule', () => {
    expect(preset('standard').name).toBe('只发任务不晒成绩')
  })
  it('never says a word because of a task, a progress, a problem or a notice, but for check 17', () => {
    const flags = ['asks_ack', 'asks_trace', 'deadline', 'meeting', 'document', 'form'] as const
    const texts = [
      '[图片]',
      FIRST,
      '未点赞:张大勇、李梅、王敏',
      '打卡排名:柳河村1分、青山村2分、白石村3分',
      '请转发接龙',
    ]
    const world = newWorld()
    for (const label of WORK) {
      for (let round = 0; round < 6; round++) {
        for (const text of texts) {
          const night = at + round * 5 * 3_600_000
          const opens = { assignee: false, due: false }
          const said = { label, at: night, text, flags: [...flags], mentionsAll: true, opens }
          for (const { to } of say(preset('standard'), world, said)) expect(to).toBeNull()
        }
      }
    }
    expect(world.decisions.length).toBeGreaterThan(100)
  })
  it('reminds of the first two boasts and tells the owner of the third', () => {
    expect(outcomes('boast', 3)).toEqual([['remind-sender→zhang'], ['remind-sender→zhang'], ['note-owner→owner']])
  })
  it('offers silent confirmation at the fifth 收到, once', () => {
    expect(outcomes('ritual', 9).flat()).toEqual(['offer-silent-confirm→owner'])
  })
  it('leaves small talk alone', () => {
    expect(outcomes('chatter', 20).flat()).toEqual([])
  })
})

describe('the preset strict', () => {
  it('says one word in the group at every sixth piece of small talk, within its budget of a day', () => {
    const world = newWorld()
    const outcomes = times(30, (i) => ({ text: `第${i}句` })).flatMap(({ text = '' }) =>
      brief(say(preset('strict'), world, { label: 'chatter', at, text })),
    )
    expect(outcomes).toEqual([
      'note-group→@group',
      'note-group→@group',
      'note-group!budget',
      'note-group!budget',
      'note-group!budget',
    ])
  })
  it('never speaks because of a progress or a problem, but to the owner of a ranking', () => {
    for (const label of ['progress', 'problem'] as const) {
      const said = { label, at, flags: ['asks_ack', 'asks_trace', 'form', 'meeting'], mentionsAll: false } as const
      expect(say(preset('strict'), newWorld(), { ...said, flags: [...said.flags] })).toEqual([])
    }
  })
})

describe('the sandbox', () => {
  it('has the rules of the preset standard, but for working hours, which it has none', () => {
    const strip = (name: 'standard' | 'sandbox') => preset(name).rules.filter(({ id }) => id !== 'out-of-hours')
    expect(strip('sandbox')).toEqual(strip('standard'))
    expect(checkPolicy(preset('sandbox'))).toEqual([])
    expect(preset('sandbox').observeFirst).toBeUndefined()
  })
  it('speaks at once, at any hour', () => {
    for (const label of LABELS.filter((each) => each === 'boast' || each === 'mandate')) {
      const midnight = fromChina(2026, 3, 8, 0)
      const [decision] = say(preset('sandbox'), newWorld(), { label, at: midnight })
      expect(decision).toMatchObject({ held: null, notBefore: midnight })
    }
  })
})
