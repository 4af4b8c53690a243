import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  answeredButton,
  answeredCard,
  buttonInteraction,
  isSpent,
  readButtonKey,
} from '../../../src/adapters/wecom/card.ts'
import type { Card } from '../../../src/domain/card.ts'
import { buttonsOf } from '../../platforms/fake-wecom-forms.ts'

const PLACE = { groupId: 'wrG1', taskId: 'item-3@1', place: 'app' } as const
const CARD: Card = {
  title: '第 3 号任务',
  buttons: [
    { text: '销号', command: '销号 3' },
    { text: '申诉', command: '申诉 #o1', inPrivate: true },
  ],
}
const BODY = '周五前报台账'
type Place = Parameters<typeof buttonInteraction>[2]
const made = (card: Partial<Card> = {}, body = BODY, place: Partial<Place> = {}) =>
  buttonInteraction({ ...CARD, ...card }, body, { ...PLACE, ...place })
const keysOf = (card: ReturnType<typeof made>) => buttonsOf(card).map(({ key }) => key)

describe('WeCom card', () => {
  it('has the fields of a button_interaction card', () => {
    expect(made()).toEqual({
      card_type: 'button_interaction',
      main_title: { title: '第 3 号任务' },
      sub_title_text: '周五前报台账',
      button_list: [
        { text: '销号', style: 1, key: '{"group":"wrG1","command":"销号 3"}' },
        { text: '申诉', style: 1, key: '{"group":"wrG1","command":"申诉 #o1","private":true}' },
      ],
      task_id: 'item-3@1',
    })
  })

  it('gives back with a press what its button was made for', () => {
    const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\u0000'))
    fc.assert(
      fc.property(
        id,
        fc.string({ minLength: 1, maxLength: 40 }),
        fc.boolean(),
        fc.constantFrom('app', 'bot'),
        (groupId, command, inPrivate, place) => {
          const [key = ''] = keysOf(made({ buttons: [{ text: 'a', command, inPrivate }] }, BODY, { groupId, place }))
          expect(readButtonKey(key)).toMatchObject({ command, groupId, inPrivate })
        },
      ),
    )
  })

  it('is none where clients would not show it whole, or WeCom would refuse it', () => {
    const button = { text: 'a', command: 'b' }
    const refused: [Partial<Card>, string?, Partial<Place>?][] = [
      [{ buttons: [] }],
      [{ buttons: Array.from({ length: 7 }, () => button) }],
      [{ buttons: [{ text: 'a', command: '好'.repeat(201) }] }],
      [{ buttons: [{ text: 'a', command: '' }] }],
      [{ buttons: [{ text: '好'.repeat(11), command: 'a' }] }],
      [{ title: '好'.repeat(37) }],
      [{}, '好'.repeat(161)],
      [{}, '好'.repeat(113), { place: 'bot' }],
      [{ buttons: [{ text: 'a', command: '好'.repeat(200) }] }, BODY, { groupId: '群'.repeat(200) }],
      [{}, BODY, { taskId: '第3号' }],
      [{}, BODY, { taskId: '' }],
    ]
    for (const args of refused) expect(made(...args)).toBeNull()
    expect(made({ title: '好'.repeat(36) }, '好'.repeat(160))).not.toBeNull()
    expect(made({ title: '好'.repeat(26) }, '好'.repeat(112), { place: 'bot' })).not.toBeNull()
  })
})

describe('WeCom card that was pressed', () => {
  it('shows on the bot what it said and what was answered, and has nothing left to press', () => {
    const [key = ''] = keysOf(made({}, BODY, { place: 'bot' }))
    const card = answeredCard(readButtonKey(key), '第 3 号任务已销号。', 'item-3@1')
    expect(card).toMatchObject({
      card_type: 'button_interaction',
      main_title: { title: '第 3 号任务' },
      quote_area: { quote_text: '周五前报台账' },
      sub_title_text: '第 3 号任务已销号。',
      task_id: 'item-3@1',
    })
    expect(keysOf(card).map(isSpent)).toEqual([true])
    expect(isSpent(key)).toBe(false)
  })

  it('cuts a long answer between characters and says that it did', () => {
    const card = answeredCard({ command: 'a', groupId: 'g' }, '𠮷'.repeat(200), 't')
    expect(card.sub_title_text).toBe(`${'𠮷'.repeat(111)}…`)
    expect(answeredButton('申诉已记下,会转给群里的负责人')).toBe('申诉已记下')
    expect(answeredButton('这条提醒的申诉此前已经记下,不用重复提交。')).toBe('这条提醒的申诉此前…')
    expect(answeredButton('')).toBe('已收到')
  })
})
