import { describe, expect, it } from 'vitest'
import { mentionsInText } from '../../src/adapters/mentions.ts'
import { shortened } from '../../src/adapters/text.ts'

describe('mentionsInText', () => {
  it('finds names up to white space, punctuation or the end, each once', () => {
    expect(mentionsInText('请@李四 @王五,@李四\u2005跟进@赵六')).toEqual([
      { name: '李四' },
      { name: '王五' },
      { name: '赵六' },
    ])
  })

  it('takes no e-mail address and no lone sign for a mention', () => {
    expect(mentionsInText('发到 zhang.san@example.com,@ 谁都行 @')).toEqual([])
  })

  it('knows the words for everyone and says it once', () => {
    expect(mentionsInText('@所有人 @全体成员 @ALL 请知悉')).toEqual([{ everyone: true }])
  })
})

describe('shortened', () => {
  it('never cuts through a surrogate pair', () => {
    expect(shortened('甲😀', 2)).toBe('甲')
    expect(shortened('甲😀', 3)).toBe('甲😀')
  })
})
