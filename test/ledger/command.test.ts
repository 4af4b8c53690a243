import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HELP, parseCommand } from '../../src/ledger/command.ts'

describe('parseCommand', () => {
  it.each([
    '销号 3',
    '销号3',
    '\u9500\u53f7\u3000\uff13',
    '销号 3',
    '销号 #3',
    '销号3号',
    '销号第三号',
    '完成 3',
    '关闭3号',
    '销号 3号',
    '#3 销号',
    '任务3完成',
    '第三号任务完成',
    '第 3 号 销号。',
    '销号3,已换好新表',
    '完成任务3,已发邮箱',
    '办结任务3',
    ' 销号 三 。',
  ])('reads 「%s」 as closing number 3', (text) => {
    expect(parseCommand(text)).toEqual({ name: 'confirm', number: 3 })
  })

  it.each([
    ['退回 3 缺附件二', { name: 'return', number: 3, reason: '缺附件二' }],
    ['退回3号,原因:照片看不清', { name: 'return', number: 3, reason: '照片看不清' }],
    ['退回 3 原因:第2页没盖章', { name: 'return', number: 3, reason: '第2页没盖章' }],
    ['退回 3 两份附件没盖章', { name: 'return', number: 3, reason: '两份附件没盖章' }],
    ['退回3号', { name: 'return', number: 3, reason: '' }],
    ['任务3退回,照片看不清', { name: 'return', number: 3, reason: '照片看不清' }],
    ['取消 3', { name: 'cancel', number: 3, reason: '' }],
    ['取消3', { name: 'cancel', number: 3, reason: '' }],
    ['取消 3,上级已统一安排', { name: 'cancel', number: 3, reason: '上级已统一安排' }],
    ['取消第3号 与 5 号重复', { name: 'cancel', number: 3, reason: '与 5 号重复' }],
    ['取消 12', { name: 'cancel', number: 12, reason: '' }],
    ['重开十二号 又漏水了', { name: 'reopen', number: 12, reason: '又漏水了' }],
    ['重新打开 一百零五', { name: 'reopen', number: 105, reason: '' }],
    ['任务清单', { name: 'list-tasks' }],
    ['我的任务。', { name: 'list-mine' }],
    ['本群问题', { name: 'list-problems' }],
    ['周报', { name: 'digest', kind: 'weekly' }],
    ['日报!', { name: 'digest', kind: 'daily' }],
    ['帮助', { name: 'help' }],
    ['?', { name: 'help' }],
  ])('reads 「%s」', (text, command) => {
    expect(parseCommand(text)).toEqual(command)
  })

  it.each([
    '',
    '请各村明天下班前报危房台账',
    '取消3楼的会议',
    '取消 3 楼的会议',
    '完成3户走访',
    '完成 3 户走访',
    '销号',
    '销号 0',
    '周报什么时候交',
    '退回去重写',
    '任务清单发我一份,下午要用',
  ])('leaves 「%s」 to go its normal way', (text) => {
    expect(parseCommand(text)).toEqual({ name: 'unknown' })
  })

  it.each([
    '取消3.15宣传活动',
    '取消12.4宪法日活动',
    '取消1.8慰问活动',
    '取消3. 15宣传活动',
    '取消\uff13\uff0e\uff11\uff15宣传活动',
    '取消六.一文艺汇演',
    '取消3:30的碰头会',
    '取消3,4号闸口的检修',
    '取消3、5号车的出车安排',
    '取消5号,大家照常上班',
    '取消5号 下午的例会',
    '取消5,改到6号',
    '取消3,新增2',
    '取消3-5号的值班',
    '取消十一,大家照常值守',
    '取消五一',
    '取消 2 场宣讲',
    '取消 3 月的观摩',
    '取消第3次调度会',
    '取消第 3 期培训班',
    '取消2026年春节联欢',
    '取消一切非必要会议',
    '5号取消,改到6号',
    '5号取消',
    '12号完成',
    '3号关闭',
    '3号销号',
    '5号取消培训,请各村通知到人',
    '3号楼完成',
    '3号线完成,准备验收',
    '15日办结',
    '完成3.5公里管网改造',
    '完成3项,还剩2项',
    '完成5项',
    '完成 5 项',
    '完成3项任务',
    '完成任务3项,上报问题2个',
    '完成任务12,新增5',
    '完成5,剩余明天继续',
    '完成 3,还有两户没走到',
    '完成 3 已上报系统',
    '完成3/5',
    '完成3…5公里',
    '完成80%',
    '完成 80 %',
    '完成12户入户核查,请审阅',
    '完成 12 处隐患整改',
    '完成第一批拨付',
    '完成一半了',
    '完成二期,三期在建',
    '完成3号楼外墙粉刷',
    '完成 3 公里清淤',
    '完成3,明天报表',
    '完成三',
    '完成第3项',
    '第3项完成,第4项在办',
    '第三完成验收资料',
    '任务3完成80%',
    '任务1完成,任务2明天报',
    '办结12345热线工单',
    '办结 8 件信访',
    '办结3,新收5',
    '办结5件,其余按期推进',
    '关闭2号泵站闸门',
    '关闭3号,开2号',
    '关闭3号,其余正常运行',
    '关闭 3 台水泵',
    '关闭2.5米以下通道',
    '重新打开3号,放水到傍晚',
    '重新打开2号闸',
    '重开 2 班',
    '销号3户',
    '销号 12 处',
    '销号3处隐患,还有2处',
    '销号3,其余整改中',
    '销号3.2版台账里的问题',
    '销号2个问题,请核对',
    '退回3份材料,请补盖章',
    '退回 3 份材料',
    '退回12.4的报表',
    '退回5,通过10',
    '退回2、3号表',
    '退回5号楼的申请',
    '退回3,其他已通过',
  ])('takes 「%s」 for ordinary work', (text) => {
    expect(parseCommand(text)).toEqual({ name: 'unknown' })
  })

  it('closes nothing by a sentence that goes on behind the number', () => {
    const verb = fc.constantFrom('完成', '关闭', '办结', '销号')
    const number = fc.integer({ min: 1, max: 99_999 })
    const words = fc.constantFrom(
      '项',
      '户',
      '公里',
      '个',
      '楼',
      '管网',
      '改造',
      ',',
      ' ',
      '还剩',
      '2',
      '.',
      '明天',
      '任务',
    )
    const behind = fc
      .oneof(
        fc.string({ unit: 'grapheme', minLength: 7 }),
        fc.array(words, { minLength: 7 }).map((parts) => parts.join('')),
      )
      .filter((text) => !/^[\s\d,:;。!.~号零〇一二两三四五六七八九十百千]/u.test(text.normalize('NFKC')))
    fc.assert(
      fc.property(verb, number, behind, (done, many, rest) => {
        expect(parseCommand(`${done}${many}${rest}`)).toEqual({ name: 'unknown' })
      }),
    )
  })

  it('closes nothing by a number that another number follows, whatever the mark between', () => {
    const verb = fc.constantFrom('完成', '关闭', '办结', '销号', '退回', '取消', '重开', '重新打开')
    const mark = fc.constantFrom('.', '\uff0e', ':', '\uff1a', ',', '\uff0c', '、', '-', '/', '~', '. ', ' ,')
    const next = fc.constantFrom('5', '15', '\uff15', '三', '十二')
    fc.assert(
      fc.property(verb, fc.nat(9999), mark, next, fc.string(), (done, many, between, second, rest) => {
        expect(parseCommand(`${done}${many}${between}${second}${rest}`)).toEqual({ name: 'unknown' })
      }),
    )
  })

  it('never throws, and every number it reads is a whole one above zero', () => {
    const words = fc.constantFrom(
      '销号',
      '退回',
      '取消',
      '#',
      '号',
      ' ',
      '三',
      '十',
      '百',
      '零',
      '3',
      '0',
      '99999',
      '原因',
      '\ud800',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(words).map((parts) => parts.join('')),
        ),
        (text) => {
          const command = parseCommand(text)
          if ('number' in command) expect(Number.isInteger(command.number) && command.number > 0).toBe(true)
        },
      ),
    )
  })

  it('explains in its help only commands that it understands', () => {
    for (const word of [
      '任务清单',
      '我的任务',
      '本群问题',
      '销号 3',
      '退回 3 原因',
      '取消 3',
      '重开 3',
      '周报',
      '日报',
    ]) {
      expect(HELP).toContain(word)
      expect(parseCommand(word).name).not.toBe('unknown')
    }
  })
})
