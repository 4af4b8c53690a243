import { describe, expect, it } from 'vitest'
import { mentionsIn } from '../../src/domain/mentions-in.ts'

const zhang = { memberId: 'u1', name: '张三' }
const zhangFeng = { memberId: 'u2', name: '张三丰' }
const village = { memberId: 'u3', name: '上坪村-何秀兰' }
const members = [zhang, zhangFeng, village]

describe('mentions of a typed text', () => {
  it('finds members by name in order of appearance, each once', () => {
    expect(mentionsIn('@上坪村-何秀兰 @张三 请报数,@张三 尤其', members)).toEqual([village, zhang])
  })

  it('prefers the longer of two names that begin alike', () => {
    expect(mentionsIn('@张三丰你好', members)).toEqual([zhangFeng])
  })

  it('knows a person of a unit by the bare name', () => {
    expect(mentionsIn('@何秀兰 收尾', members)).toEqual([village])
  })

  it('reads the full-width sign and 所有人', () => {
    expect(mentionsIn('\uFF20所有人 明早开会', members)).toEqual([{ everyone: true }])
  })

  it('finds nobody in a name without the sign, in a stranger and in the bot', () => {
    expect(mentionsIn('张三说 a@b.c,@李四 @清群 周报', members)).toEqual([])
  })
})
