import { describe, expect, it } from 'vitest'
import { CodedError } from '../../src/domain/errors.ts'
import { parsePolicy } from '../../src/policy/parse.ts'

/** The lines of the error that the text is refused with. */
function problems(text: string): string[] {
  try {
    parsePolicy(text, 'p.yaml')
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    expect(error).toMatchObject({ code: 'POLICY_INVALID', status: 400 })
    expect(error.hint).not.toBe('')
    return error.message.split('\n')
  }
  throw new Error('the policy was accepted')
}

const file = (...lines: string[]) => `${lines.join('\n')}\n`
const GOOD = ['name: 试用', 'rules:', '  - id: no-boasting', '    when: { label: boast }', '    then: [remind-sender]']

describe('a good policy file', () => {
  it('is read with its defaults, durations in milliseconds and times in minutes', () => {
    const policy = parsePolicy(
      file(...GOOD, '    escalate: { after: 3, within: 7d, then: [note-owner] }', 'workHours: { from: 09:00 }'),
      'p.yaml',
    )
    expect(policy).toMatchObject({ mode: 'observe', workHours: { from: 540, to: 1080 }, bot: { quiet: [1200, 480] } })
    expect(policy.rules[0]).toMatchObject({
      when: { label: ['boast'], confidence: 0.8 },
      escalate: [{ after: 3, within: 604_800_000 }],
    })
  })
  it('may use a few aliases, a byte order mark and Windows line ends', () => {
    const text = `\ufeff${file('name: 试用', 'rules:', '  - id: a', '    when: { label: boast }', '    then: &do [record]')}`
    const more = file('  - id: b', '    when: { label: checkin }', '    then: *do')
    expect(parsePolicy((text + more).replaceAll('\n', '\r\n'), 'p.yaml').rules[1]?.then).toEqual(['record'])
  })
})

describe('a misspelt word', () => {
  it('in a field is shown with its place and the better spelling, and nothing else is said about it', () => {
    expect(problems(file(...GOOD.slice(0, 3), '    when:', '      lable: boast', ...GOOD.slice(4)))).toEqual([
      'p.yaml:5:7 rules[0].when.lable: 没有这个字段,是不是想写 label?',
    ])
  })
  it.each([
    [
      'a label',
      '    when: { label: boost }',
      'p.yaml:4:20 rules[0].when.label: 不认识这个值(现在是 boost),是不是想写 boast?',
    ],
    [
      'a label in a list',
      '    when: { label: [task, notcie] }',
      'p.yaml:4:27 rules[0].when.label[1]: 不认识这个值(现在是 notcie),是不是想写 notice?',
    ],
    [
      'a label in Chinese',
      '    when: { label: 晒成绩 }',
      'p.yaml:4:20 rules[0].when.label: 不认识这个值(现在是 晒成绩),是不是想写 boast?',
    ],
    [
      'a flag',
      '    when: { label: task, flags: asks-ack }',
      'p.yaml:4:33 rules[0].when.flags: 不认识这个值(现在是 asks-ack),是不是想写 asks_ack?',
    ],
    [
      'a field with swapped letters',
      '    when: { label: task, confidenec: 0.9 }',
      'p.yaml:4:26 rules[0].when.confidenec: 没有这个字段,是不是想写 confidence?',
    ],
  ])('in %s is found', (_, line, expected) => {
    expect(problems(file(...GOOD.slice(0, 3), line, ...GOOD.slice(4)))).toEqual([expected])
  })
  it('in an action is found', () => {
    expect(problems(file(...GOOD.slice(0, 4), '    then: [record, remind_sender]'))).toEqual([
      'p.yaml:5:20 rules[0].then[1]: 不认识这个值(现在是 remind_sender),是不是想写 remind-sender?',
    ])
  })
  it('that resembles nothing is answered with what may be written', () => {
    expect(problems(file(...GOOD, 'xyz: 1'))).toEqual([
      'p.yaml:6:1 xyz: 没有这个字段,这里可以写 name、mode、observeFirst、workHours、bot、exempt、digest、groups、rules',
    ])
  })
})

describe('a wrong value', () => {
  it.each([
    [
      'a window of 0',
      '    when: { label: ritual, count: 5, within: 0m }',
      'p.yaml:4:46 rules[0].when.within: 写成数字加单位,例如 10m、12h、7d(现在是 0m)',
    ],
    [
      'a count without a window',
      '    when: { label: ritual, count: 5 }',
      'p.yaml:4:35 rules[0].when.count: count 与 within 要同时写',
    ],
    [
      'a confidence in percent',
      '    when: { label: boast, confidence: 80 }',
      'p.yaml:4:39 rules[0].when.confidence: 最大是 1(现在是 80)',
    ],
    [
      'a count of 1',
      '    when: { label: ritual, count: 1, within: 1m }',
      'p.yaml:4:35 rules[0].when.count: 最小是 2(现在是 1)',
    ],
    ['an empty list', '    when: { label: [] }', 'p.yaml:4:20 rules[0].when.label: 至少写 1 项'],
    [
      'a condition of nothing',
      '    when: { role: leader }',
      'p.yaml:4:11 rules[0].when.label: when 至少要写 label、flags、text、pattern、mentionsAll、ranking、picturesOnly、missing 中的一项,否则每条消息都会命中',
    ],
    [
      'a word where fields belong',
      '    when: boast',
      'p.yaml:4:11 rules[0].when: 应为下一层的字段(换行缩进后再写)(现在是 boast)',
    ],
  ])('%s is refused at its place', (_, line, expected) => {
    expect(problems(file(...GOOD.slice(0, 3), line, ...GOOD.slice(4)))).toEqual([expected])
  })
  it.each([
    ['a number for a time', 'workHours: { from: 830 }', 'p.yaml:6:20 workHours.from: 应为文字(现在是 830)'],
    [
      'an hour that does not exist',
      'workHours: { to: "25:00" }',
      'p.yaml:6:18 workHours.to: 写成 HH:MM,例如 "08:30"(现在是 25:00)',
    ],
    [
      'work that ends before it begins',
      'workHours: { from: "18:00", to: "08:30" }',
      'p.yaml:6:20 workHours.from: 上班时刻 from 要早于下班时刻 to',
    ],
    [
      'work that ends before its usual beginning',
      'workHours: { to: "08:00" }',
      'p.yaml:6:18 workHours.to: 上班时刻 from 要早于下班时刻 to',
    ],
    ['quiet hours with one end', 'bot: { quiet: ["20:00"] }', 'p.yaml:6:15 bot.quiet: 至少写 2 项'],
    [
      'a budget below nothing',
      'bot: { groupPostsPerDay: -1 }',
      'p.yaml:6:26 bot.groupPostsPerDay: 最小是 0(现在是 -1)',
    ],
    ['a yes for true', 'digest: { daily: yes }', 'p.yaml:6:18 digest.daily: 应为 true 或 false(现在是 yes)'],
    ['a field without a value', 'exempt:', 'p.yaml:6:8 exempt: 没有写,应为下一层的字段(换行缩进后再写)'],
  ])('%s is refused at its place', (_, line, expected) => {
    expect(problems(file(...GOOD, line))).toEqual([expected])
  })
  it('an id used twice is shown where it is used again', () => {
    expect(problems(file(...GOOD, '  - id: no-boasting', ...GOOD.slice(3)))).toEqual([
      'p.yaml:6:9 rules[1].id: 和第 1 条规则的 id 重复了(no-boasting)',
    ])
  })
  it('a missing field is shown at what should hold it', () => {
    expect(problems(file(...GOOD.slice(0, 4)))).toEqual(['p.yaml:3:5 rules[0].then: 没有写,应为列表,例如 [甲, 乙]'])
  })
  it('all are shown at once, in the order of the file', () => {
    const lines = problems(
      file(
        'nam: x',
        'mode: obsreve',
        'rules:',
        '  - id: A',
        '    when: { label: tsk, count: 3 }',
        '    then: record',
        '  - 7',
      ),
    )
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'p.yaml:1:1',
      'p.yaml:2:7',
      'p.yaml:4:9',
      'p.yaml:5:20',
      'p.yaml:5:32',
      'p.yaml:6:11',
      'p.yaml:7:5',
    ])
  })
  it('of a name that objects have by nature is an unknown field like any other', () => {
    expect(problems(file(...GOOD, '__proto__: 1', 'constructor: 2')).map((line) => line.split(' ')[0])).toEqual([
      'p.yaml:6:1',
      'p.yaml:7:1',
    ])
  })
})

describe('a condition on words, windows and times', () => {
  const when = (text: string) => problems(file(...GOOD.slice(0, 3), `    when: { ${text} }`, ...GOOD.slice(4)))
  it.each([
    ['文字: 打卡', 'text'],
    ['关键词: 打卡', 'text'],
    ['keywords: 打卡', 'text'],
    ['正则: 打卡', 'pattern'],
    ['regex: 打卡', 'pattern'],
    ['所有人: true', 'mentionsAll'],
    ['mentionAll: true', 'mentionsAll'],
    ['排名: true', 'ranking'],
    ['只有图片: true', 'picturesOnly'],
    ['pictureOnly: true', 'picturesOnly'],
    ['缺少: due', 'missing'],
    ['重复: 7d', 'repeated'],
    ['repeat: 7d', 'repeated'],
    ['休息日: true', 'restDay'],
    ['rest_day: true', 'restDay'],
    ['周末: true', 'restDay'],
    ['下班后: true', 'outOfHours'],
    ['按: sender', 'of'],
    ['次数: 3', 'count'],
    ['把握: 0.9', 'confidence'],
  ])('that is called {%s} is told its name, %s', (written, meant) => {
    const field = written.split(':')[0]
    expect(when(`label: task, ${written}`)).toContain(
      `p.yaml:4:26 rules[0].when.${field}: 没有这个字段,是不是想写 ${meant}?`,
    )
  })
  it.each([
    ['missing: 负责人', 'p.yaml:4:35 rules[0].when.missing: 不认识这个值(现在是 负责人),是不是想写 assignee?'],
    ['missing: [时限]', 'p.yaml:4:36 rules[0].when.missing[0]: 不认识这个值(现在是 时限),是不是想写 due?'],
    [
      'count: 3, within: 1h, of: 同一人',
      'p.yaml:4:52 rules[0].when.of: 不认识这个值(现在是 同一人),是不是想写 sender?',
    ],
    [
      'count: 3, within: 1h, of: 同一句话',
      'p.yaml:4:52 rules[0].when.of: 不认识这个值(现在是 同一句话),是不是想写 text?',
    ],
    ['count: 3, within: 1h, of: replys', 'p.yaml:4:52 rules[0].when.of: 不认识这个值(现在是 replys),是不是想写 reply?'],
    ['repeated: 0d', 'p.yaml:4:36 rules[0].when.repeated: 写成数字加单位,例如 10m、12h、7d(现在是 0d)'],
    ['of: sender', 'p.yaml:4:30 rules[0].when.of: of 说的是按什么数,要和 count、within 一起写'],
    [
      'pattern: "(?=打卡)"',
      'p.yaml:4:35 rules[0].when.pattern: 不支持向前看、向后看和反向引用:它们可能让机器人卡住,请换一种写法',
    ],
    ['pattern: "(.*)"', 'p.yaml:4:35 rules[0].when.pattern: 这个表达式什么文字都能匹配,请写得具体些'],
    ['pattern: "."', 'p.yaml:4:35 rules[0].when.pattern: 这个表达式几乎什么文字都能匹配,请写得具体些'],
    ['pattern: "(打卡"', 'p.yaml:4:35 rules[0].when.pattern: 这不是一个正确的表达式(RE2 语法),请检查括号和反斜杠'],
    [
      'pattern: ".{0,999}打卡"',
      'p.yaml:4:35 rules[0].when.pattern: 重复次数太多,会拖慢机器人,请把大括号里的数改小,例如 {0,20}',
    ],
  ])('that is wrong, as {%s}, is refused at its place', (written, expected) => {
    expect(when(`label: task, ${written}`)).toEqual([expected])
  })
  it.each([
    ['紧急: true', 'urgent'],
    ['升级: {}', 'escalate'],
    ['标题: x', 'title'],
    ['依据: x', 'clause'],
  ])('belongs to a rule whose field {%s} is told its name, %s', (written, meant) => {
    const lines = problems(file(...GOOD, `    ${written}`))
    expect(lines).toEqual([`p.yaml:6:5 rules[0].${written.split(':')[0]}: 没有这个字段,是不是想写 ${meant}?`])
  })
  it('belongs to a policy whose fields in Chinese are told their names', () => {
    expect(problems(file(...GOOD, '先观察: 7d', '豁免: {}')).map((line) => line.split('想写 ')[1])).toEqual([
      'observeFirst?',
      'exempt?',
    ])
    expect(problems(file(...GOOD, 'bot: { 撤回: true }'))).toEqual([
      'p.yaml:6:8 bot.撤回: 没有这个字段,是不是想写 mayRecall?',
    ])
  })
  it('has actions that are told their names as well', () => {
    for (const [written, meant] of [
      ['撤回', 'recall'],
      ['请补充', 'ask-for-details'],
      ['ask-details', 'ask-for-details'],
    ]) {
      expect(problems(file(...GOOD.slice(0, 4), `    then: [${written}]`))[0]).toContain(`是不是想写 ${meant}?`)
    }
  })
  it('observes first for a length of time', () => {
    expect(problems(file(...GOOD, 'observeFirst: 0d'))).toEqual([
      'p.yaml:6:15 observeFirst: 写成数字加单位,例如 10m、12h、7d(现在是 0d)',
    ])
  })
})

describe('a file that is no YAML', () => {
  it.each([
    ['a field written twice', 'name: a\nname: b\nrules: []\n', 'p.yaml:2:1 这个字段写了两次,请删去一个'],
    ['a tab', 'name: a\nbot:\n\tquiet: 1\n', 'p.yaml:3:1 缩进只能用空格,不能用制表符(Tab)'],
    ['an open quote', 'name: "a\nrules: []\n', 'p.yaml:3:1 少了一个符号,多半是引号、括号没有成对,或者冒号后面少了空格'],
    ['two fields on a line', 'name: a: b\n', 'p.yaml:1:7 一行里有两个“字段: 值”,请分成两行,或者给值加上引号'],
    ['a tag', 'name: !exec x\nrules: []\n', 'p.yaml:1:7 不支持 ! 开头的标签,请直接写值'],
    ['two documents', 'name: a\nrules: []\n---\nname: b\n', 'p.yaml:3:1 一个文件只能写一份规则,不要用 --- 分成几份'],
    ['an alias of nothing', 'name: a\nrules: *no\n', 'p.yaml:2:8 前面没有名叫 no 的锚点(&)'],
    ['a list for a name', '? [a]\n: b\n', 'p.yaml:1:3 字段名只能是文字'],
  ])('because of %s is refused at its place', (_, text, expected) => {
    expect(problems(text)).toContain(expected)
  })
  it.each([
    ['nothing', ''],
    ['blank lines', '\n\n'],
    ['comments', '# 说明\n'],
    ['a null', 'null\n'],
  ])('because it holds %s says what is needed', (_, text) => {
    expect(problems(text)[0]).toMatch(/^p\.yaml:1:1 文件是空的,至少要有 name 和 rules$/)
  })
  it('because it is a list or a word says that fields are needed', () => {
    expect(problems('- a\n')).toEqual(['p.yaml:1:1 应为下一层的字段(换行缩进后再写)'])
    expect(problems('hello\n')).toEqual(['p.yaml:1:1 应为下一层的字段(换行缩进后再写)(现在是 hello)'])
  })
})

describe('a hostile file', () => {
  it('above 256 KiB is refused unread, counted in bytes', () => {
    expect(problems(`# ${'清'.repeat(90_000)}`)).toEqual(['p.yaml:1:1 文件超过 256 KiB,规则文件不需要这么大'])
  })
  it('of more than 5,000 lines is refused unread', () => {
    expect(problems('\n'.repeat(5000))).toEqual(['p.yaml:5001:1 文件超过 5000 行,规则文件不需要这么长'])
  })
  it('that multiplies itself by aliases is refused', () => {
    const bomb = file('a: &a [x,x,x,x,x,x,x,x,x]', 'b: &b [*a,*a,*a,*a,*a,*a,*a]', 'c: [*b,*b,*b,*b,*b,*b,*b]')
    expect(problems(bomb)).toEqual(['p.yaml:1:1 引用(*)层层相套,展开后太大,请直接写出内容'])
  })
  it('with hundreds of aliases is refused at the first too many', () => {
    expect(problems(file('a: &a x', `b: [${Array(300).fill('*a').join(', ')}]`))).toEqual([
      'p.yaml:2:205 引用(*)太多,最多 50 处',
    ])
  })
  it('that contains itself is refused', () => {
    expect(problems(file('name: a', 'rules: &r [*r]'))).toEqual([
      'p.yaml:2:12 rules[0]: 应为下一层的字段(换行缩进后再写)',
    ])
  })
  it('nested without end is refused', () => {
    expect(problems('['.repeat(20_000))[0]).toMatch(/^p\.yaml:1:\d+ 嵌套层数太多$/)
  })
  it('with hundreds of errors lists fifty and counts the others', () => {
    const lines = problems(file('name: a', 'rules: []', ...Array.from({ length: 80 }, (_, index) => `k${index}x: 1`)))
    expect(lines).toHaveLength(51)
    expect(lines.at(-1)).toBe('……还有 30 处')
  })
})
