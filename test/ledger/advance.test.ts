import { describe, expect, it } from 'vitest'
import { FIVE, FOUR, play } from './ledger-fixtures.ts'

const only = (items: ReturnType<typeof play>['items']) => {
  expect(items).toHaveLength(1)
  return items[0]
}

describe('advance with a task', () => {
  it('opens it with title, assignees and due time', () => {
    const { items } = play([['chen', 'task', '@柳河村-张大勇 今天四点前上报危房排查台账,收到请回复']])
    expect(only(items)).toMatchObject({
      kind: 'task',
      title: '上报危房排查台账',
      issuerId: 'chen',
      assigneeIds: ['zhang'],
      due: FOUR,
      messageId: 'm1',
    })
  })

  it.each([
    ['请柳河村四点前报危房台账', ['zhang']],
    ['柳河村、石桥村四点前报危房台账', ['zhang', 'li']],
    ['各村四点前报危房台账', ['zhang', 'li']],
    ['水利四点前把闸门检查一遍', ['zhao']],
    ['小满把会议室投影调好', ['wang']],
    ['王小满、赵海去仓库清点沙袋', ['zhao', 'wang']],
    ['@所有人 四点前把办公室窗户关好', []],
    ['把办公室窗户关好', []],
    ['@柳河村-张大勇 把危房台账发给@王小满', ['zhang']],
    ['各村危房台账四点前报王小满', ['zhang', 'li']],
  ])('「%s」 binds %j', (text, assigneeIds) => {
    const [item] = play([['chen', 'task', text]]).items
    expect([...(item?.assigneeIds ?? [])].sort()).toEqual([...assigneeIds].sort())
  })

  it('learns who a kind of unit is from how they report', () => {
    const { items } = play([
      ['chen', 'task', '各班四点前报晨检人数'],
      ['wang', 'progress', '三班晨检45人,全到'],
      ['chen', 'task', '各班五点前报放学路线'],
    ])
    expect(items.map((item) => item.assigneeIds)).toEqual([['wang'], ['wang']])
    expect(items[0]?.state).toBe('in-progress')
  })

  it('opens one task for each point where points bind different people', () => {
    const { items } = play([
      ['chen', 'task', '今天两件事:1. @柳河村-张大勇 四点前清理河道垃圾;2. @石桥村-李秀英 五点前报低保名单'],
    ])
    expect(items).toMatchObject([
      { number: 1, assigneeIds: ['zhang'], due: FOUR },
      { number: 2, assigneeIds: ['li'], due: FIVE },
    ])
  })

  it('opens one task for a numbered notice that is one piece of work', () => {
    const text = '各村四点前完成防汛检查:1.看涵洞;2.看水闸;3.看值班记录'
    expect(only(play([['chen', 'task', text]]).items)).toMatchObject({ assigneeIds: ['zhang', 'li'], due: FOUR })
  })

  it('books a reminder on the task that it means', () => {
    const { items } = play([
      ['chen', 'task', '@石桥村-李秀英 四点前报低保复核名单'],
      ['chen', 'task', '@石桥村-李秀英 低保复核名单还没报,抓紧'],
    ])
    expect(only(items)).toMatchObject({ state: 'open', updates: ['m2'], due: FOUR })
  })

  it('moves the due time where a message changes it', () => {
    const { items } = play([
      ['chen', 'task', '各村四点前报秸秆禁烧巡查表'],
      ['chen', 'task', '秸秆禁烧巡查表改到五点报'],
    ])
    expect(only(items)).toMatchObject({ due: FIVE, updates: ['m2'] })
  })

  it('hands over, and cancels, the task that is meant', () => {
    const handed = play([
      ['chen', 'task', '@水利站-赵海 清理溢洪道树枝'],
      ['chen', 'task', '溢洪道树枝改由@柳河村-张大勇 去清'],
    ])
    expect(only(handed.items)).toMatchObject({ assigneeIds: ['zhang'], state: 'open' })
    const cancelled = play([
      ['chen', 'task', '各村四点前报广场舞比赛报名表'],
      ['lin', 'task', '广场舞比赛取消了,报名表不用报了'],
    ])
    expect(only(cancelled.items)).toMatchObject({ state: 'cancelled', closedBy: 'm2' })
  })

  it('opens a new task, and leaves the old one open, where it is not plain which one is meant', () => {
    const { items } = play([
      ['chen', 'task', '@柳河村-张大勇 四点前报低保名单'],
      ['chen', 'task', '@石桥村-李秀英 四点前报低保名单'],
      ['chen', 'task', '低保名单取消'],
    ])
    expect(items.slice(0, 2).every((item) => item.state === 'open')).toBe(true)
    expect(items).toHaveLength(3)
  })

  it('does not let a member cancel what a leader assigned', () => {
    const { items } = play([
      ['chen', 'task', '各村四点前报广场舞比赛报名表'],
      ['wang', 'task', '广场舞比赛报名表取消'],
    ])
    expect(items[0]?.state).toBe('open')
  })
})

describe('advance with a report', () => {
  it('closes a task when its assignee says that it is done', () => {
    const { items } = play([
      ['chen', 'task', '@水利站-赵海 把三号闸门的油封换掉'],
      ['zhao', 'progress', '闸门油封换好了,试过不漏'],
    ])
    expect(only(items)).toMatchObject({ state: 'done', closedBy: 'm2', completedBy: ['zhao'] })
  })

  it('closes a task of several only with the last of them', () => {
    const lines: Parameters<typeof play>[0] = [
      ['chen', 'task', '各村四点前报转移人数'],
      ['zhang', 'progress', '柳河村转移12户37人'],
      ['li', 'progress', '石桥村转移5户14人,全部到位'],
    ]
    expect(only(play(lines.slice(0, 2)).items)).toMatchObject({ state: 'in-progress', completedBy: ['zhang'] })
    expect(only(play(lines).items)).toMatchObject({ state: 'done', updates: ['m2'], closedBy: 'm3' })
  })

  it.each(['还差两户没走完', '正在查,预计下午能完', '配件明天才到', '走访完成60%'])(
    'keeps it open on 「%s」',
    (text) => {
      const { items } = play([
        ['chen', 'task', '@水利站-赵海 走访河道两岸住户'],
        ['zhao', 'progress', text],
      ])
      expect(only(items)).toMatchObject({ state: 'in-progress', completedBy: [], updates: ['m2'] })
    },
  )

  it('follows a quoted reply rather than what is nearest', () => {
    const { items } = play([
      ['chen', 'task', '@水利站-赵海 检查三号闸门'],
      ['chen', 'task', '@水利站-赵海 清点仓库沙袋'],
      ['zhao', 'progress', '弄完了', 'm1'],
    ])
    expect(items.map((item) => item.state)).toEqual(['done', 'open'])
  })

  it('touches nothing where it fits nothing', () => {
    const { events } = play([
      ['chen', 'task', '@水利站-赵海 检查三号闸门'],
      ['wang', 'progress', '打印机的墨盒换了'],
    ])
    expect(events).toHaveLength(1)
  })
})

describe('advance with a problem', () => {
  it('opens it, and books it on the task that it holds up', () => {
    const { items } = play([
      ['chen', 'task', '@水利站-赵海 清理溢洪道树枝'],
      ['zhao', 'problem', '溢洪道树枝太粗,油锯坏了,谁有能借一把'],
    ])
    expect(items).toMatchObject([
      { kind: 'task', state: 'in-progress', updates: ['m2'] },
      { kind: 'problem', state: 'open', issuerId: 'zhao', messageId: 'm2' },
    ])
  })

  it('resolves it when somebody says that it is over', () => {
    const { items } = play([
      ['wang', 'problem', '三组水管爆了,二十几户没水'],
      ['zhao', 'progress', '三组水管修好了,来水了'],
    ])
    expect(only(items)).toMatchObject({ state: 'resolved', closedBy: 'm2' })
  })

  it('is accepted, not resolved, by who sets out', () => {
    const { items } = play([
      ['wang', 'problem', '三组水管爆了,二十几户没水'],
      ['zhao', 'progress', '水管我马上过去修,预计两小时'],
    ])
    expect(only(items)).toMatchObject({ state: 'accepted' })
  })

  it('counts a picture behind it as part of it', () => {
    const { items } = play([
      ['wang', 'problem', '三组水管爆了,二十几户没水'],
      ['wang', 'problem', '[视频]'],
    ])
    expect(only(items)).toMatchObject({ updates: ['m2'] })
  })

  it('is answered by changing the task that it held up', () => {
    const { items } = play([
      ['chen', 'task', '@水利站-赵海 清理溢洪道树枝'],
      ['zhao', 'problem', '我腰扭了在医院,溢洪道树枝清不了'],
      ['chen', 'task', '溢洪道树枝改由@柳河村-张大勇 去清'],
    ])
    expect(items.map((item) => item.state)).toEqual(['in-progress', 'resolved'])
    expect(items[0]?.assigneeIds).toEqual(['zhang'])
  })
})
