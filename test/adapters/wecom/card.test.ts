import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buttonInteraction, readButtonKey } from '../../../src/adapters/wecom/card.ts'
import { refusalOf } from '../refused.ts'

const card = (changes: Partial<Parameters<typeof buttonInteraction>[0]> = {}) => ({
  title: '第 3 号任务',
  body: '周五前报台账',
  buttons: [
    { text: '销号', command: '销号 3' },
    { text: '退回', command: '退回 3' },
  ],
  taskId: 'item-3@1',
  ...changes,
})

describe('WeCom card', () => {
  it('has the fields of a button_interaction card', () => {
    expect(buttonInteraction(card(), 'wrG1')).toEqual({
      card_type: 'button_interaction',
      main_title: { title: '第 3 号任务' },
      sub_title_text: '周五前报台账',
      button_list: [
        { text: '销号', style: 1, key: '{"group":"wrG1","command":"销号 3"}' },
        { text: '退回', style: 1, key: '{"group":"wrG1","command":"退回 3"}' },
      ],
      task_id: 'item-3@1',
    })
  })

  it('gives back with a press what its button was made for', () => {
    const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\u0000'))
    fc.assert(
      fc.property(id, fc.string({ minLength: 1, maxLength: 40 }), (groupId, command) => {
        const made = buttonInteraction(card({ buttons: [{ text: 'a', command }] }), groupId)
        const [button] = made.button_list as { key: string }[]
        expect(readButtonKey(button?.key ?? '')).toEqual({ command, groupId })
      }),
    )
  })

  it('refuses what WeCom would refuse', () => {
    const button = { text: 'a', command: 'b' }
    for (const changes of [
      { buttons: [] },
      { buttons: Array.from({ length: 7 }, () => button) },
      { buttons: [{ text: 'a', command: '好'.repeat(400) }] },
      { taskId: '第3号' },
      { taskId: '' },
    ]) {
      expect(refusalOf(() => buttonInteraction(card(changes), 'wrG1')).code).toBe('WECOM_CARD_INVALID')
    }
  })
})
