import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentOf, readOpinion } from '../../../src/judge/second-opinion/opinion.ts'
import { completion } from './fixtures.ts'

const GOOD = { label: 'problem', confidence: 0.9, flags: ['deadline'], why: '有人求助' }
const good = JSON.stringify(GOOD)

describe('reading an opinion', () => {
  it.each([
    ['bare', good],
    ['in a code fence', `\`\`\`json\n${good}\n\`\`\``],
    ['in a nameless fence', `\n\`\`\`\n${good}\`\`\`\n`],
    ['behind the thinking that some servers leave in', `<think>\n先想想 {"label":"boast"}\n</think>\n\n${good}`],
  ])('takes the JSON object %s', (_how, content) => {
    expect(readOpinion(content)).toEqual(GOOD)
  })

  it('needs no flags and no reason', () => {
    expect(readOpinion('{"label":"task","confidence":1}')).toEqual({ label: 'task', confidence: 1, flags: [], why: '' })
  })

  it.each([
    ['nothing', ''],
    ['prose', '这条消息是晒成绩。'],
    ['a refusal in words', '抱歉,我不能回答这个问题。'],
    ['prose around the object', `好的,结果是:${good}`],
    ['two objects', `${good}\n${good}`],
    ['a list', `[${good}]`],
    ['a cut object', good.slice(0, -5)],
    ['an unknown label', '{"label":"spam","confidence":0.9}'],
    ['a label in Chinese', '{"label":"晒成绩","confidence":0.9}'],
    ['several labels', '{"label":["boast","ritual"],"confidence":0.9}'],
    ['an unknown flag', '{"label":"task","confidence":0.9,"flags":["delete"]}'],
    ['a field too many', '{"label":"task","confidence":0.9,"action":"remind-sender"}'],
    ['a confidence above one', '{"label":"task","confidence":90}'],
    ['a confidence in words', '{"label":"task","confidence":"high"}'],
    ['no confidence', '{"label":"task"}'],
    ['an endless answer', `${' '.repeat(100_000)}${good}`],
  ])('takes no opinion from %s', (_what, content) => {
    expect(readOpinion(content)).toBeNull()
  })

  it('makes the reason one plain line of at most 200 characters, without mentions, links and markup', () => {
    const why = `@所有人 **看**\n[这里](https://evil.example/a)\u202e\u0000 <b>快点</b>${'啊'.repeat(300)}`
    const read = readOpinion(JSON.stringify({ ...GOOD, why }))?.why ?? ''
    expect(read.startsWith('所有人 看 这里( b快点/b啊啊')).toBe(true)
    expect(read).toHaveLength(200)
  })

  it('throws for no string, and gives only opinions within bounds', () => {
    const nearly = fc.record({
      label: fc.constantFrom('task', 'x'),
      confidence: fc.double(),
      why: fc.string({ unit: 'binary' }),
    })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          nearly.map((each) => JSON.stringify(each)),
        ),
        (content) => {
          const opinion = readOpinion(content)
          if (opinion === null) return
          expect(opinion.label).toBe('task')
          expect(opinion.confidence).toBeGreaterThanOrEqual(0)
          expect(opinion.confidence).toBeLessThanOrEqual(1)
          expect(opinion.why).not.toMatch(/[\p{Cc}\p{Cf}@<>[\]`]/u)
          expect(opinion.why.length).toBeLessThanOrEqual(200)
        },
      ),
    )
  })
})

describe('reading a completion', () => {
  it('takes the words of a finished answer', () => {
    expect(contentOf(completion('x'))).toBe('x')
    expect(contentOf({ choices: [{ message: { content: 'y' } }] })).toBe('y')
  })

  it.each([
    ['no completion', { error: { message: 'bad key' } }],
    ['no choice', { choices: [] }],
    ['no content', completion(null)],
    ['content in parts', completion([{ type: 'text', text: 'x' }])],
    ['an answer that was cut', completion('x', 'length')],
    ['an answer that was filtered', completion('x', 'content_filter')],
    ['a refusal', { choices: [{ finish_reason: 'stop', message: { content: 'x', refusal: 'I cannot' } }] }],
    ['null', null],
    ['a string', 'x'],
  ])('takes nothing from %s', (_what, answer) => {
    expect(contentOf(answer)).toBeNull()
  })
})
