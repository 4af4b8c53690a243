import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readOrder } from '../../../src/intake/orders/read-order.ts'
import { ADMIN_HELP } from '../../../src/ledger/command.ts'

const nameOf = (text: string) => readOrder(text)?.name ?? null

describe('readOrder', () => {
  it('understands each order in several wordings, widths and marks', () => {
    const wordings: Record<string, string[]> = {
      rules: ['规则', '本群规则', ' 本群 规则。', '群规', '规则是什么?', '查看规则!'],
      'my-record': ['我的记录', '查看我的记录', '我的 数据。'],
      trial: ['试运行', '试运行报告', '看看试运行结果', '观察情况'],
      enforce: ['启用', '启用规则', '正式启用!', '启用提醒'],
      observe: ['停用', '改回观察', '继续观察', '停用规则'],
      undo: ['撤销', '撤销上次更改', '撤销修改', '恢复上一版'],
      speak: ['取消静默', '结束静默', '恢复', '恢复提醒', '解除应急静默', '退出应急'],
      'list-appeals': ['申诉列表', '待处理申诉', '查看申诉列表', '申诉清单'],
    }
    for (const [name, texts] of Object.entries(wordings))
      for (const text of texts) expect([text, nameOf(text)]).toEqual([text, name])
  })

  it('tells a pause from an emergency, and keeps time and reason for later', () => {
    expect(readOrder('静默到18:00')).toEqual({ name: 'silence', kind: 'paused', rest: '到18:00' })
    expect(readOrder('静默 到 明天9点 领导调研')).toEqual({
      name: 'silence',
      kind: 'paused',
      rest: '到 明天9点 领导调研',
    })
    expect(readOrder('应急静默到18:00')).toMatchObject({ name: 'silence', kind: 'emergency' })
    expect(readOrder('进入应急到明早')).toMatchObject({ name: 'silence', kind: 'emergency' })
    expect(readOrder('静默2小时')).toEqual({ name: 'silence', kind: 'paused', rest: '2小时' })
    expect(readOrder('静默')).toEqual({ name: 'silence', kind: 'paused', rest: '' })
  })

  it('reads people, numbers, reasons and names of groups behind an order', () => {
    expect(readOrder('豁免 @李梅')).toEqual({ name: 'exempt', exempt: true, people: '@李梅' })
    expect(readOrder('豁免@李梅 @王强')).toEqual({ name: 'exempt', exempt: true, people: '@李梅 @王强' })
    expect(readOrder('取消豁免 @李梅')).toEqual({ name: 'exempt', exempt: false, people: '@李梅' })
    const decide = { name: 'decide-appeal', number: 3 }
    expect(readOrder('同意申诉 3')).toEqual({ ...decide, upheld: true, reason: '' })
    expect(readOrder('驳回申诉3 确实是晒成绩')).toEqual({ ...decide, upheld: false, reason: '确实是晒成绩' })
    expect(readOrder('同意申诉第三号,理由:是任务')).toEqual({ ...decide, upheld: true, reason: '是任务' })
    expect(readOrder('谁看过 3')).toEqual({ name: 'who-read', number: 3 })
    expect(readOrder('谁看过')).toEqual({ name: 'who-read', number: null })
    expect(readOrder('已阅 12')).toEqual({ name: 'confirm-read', number: 12 })
    expect(readOrder('开启静默确认')).toEqual({ name: 'start-confirmation', number: null })
    expect(readOrder('开启静默确认 7号')).toEqual({ name: 'start-confirmation', number: 7 })
    expect(readOrder('启用 防汛工作群')).toEqual({ name: 'enforce', groupName: '防汛工作群' })
    expect(readOrder('试运行「防汛 工作群」')).toEqual({ name: 'trial', groupName: '防汛 工作群' })
  })

  it('understands every order that the help names', () => {
    const orders = ADMIN_HELP.split('\n')
      .slice(1)
      .flatMap((line) => line.replace(/^- /, '').split(':')[0]?.split(' · ') ?? [])
      .map((words) => words.split(':')[0]?.split(':')[0] ?? '')
    expect(orders.length).toBeGreaterThan(10)
    for (const order of orders) expect([order, nameOf(order)]).not.toEqual([order, null])
  })

  it('takes no ordinary sentence for an order', () => {
    const sentences = [
      '规则学习会周五开',
      '规则制度请各村上墙',
      '本群规则学习材料请周五前报',
      '试运行期间注意安全',
      '系统试运行,请各单位反馈问题',
      '启用新系统后请及时登录',
      '启用了新的台账模板',
      '停用旧版表格,改用新版',
      '停用自来水通知',
      '撤销3号处分决定已印发',
      '撤销该文件',
      '恢复供水了吗',
      '恢复供电后报一下',
      '静默管理期间各小区不得外出',
      '静默到户排查请今天完成',
      '静默到18:00,请各小区做好保障',
      '进入应急响应二级,各村到岗到位',
      '进入应急状态,请全体人员到岗',
      '暂停2号泵',
      '暂停施工到周五',
      '暂停办理业务到明天9点',
      '豁免条款请法务看一下',
      '豁免名单请周五前报',
      '申诉案件台账请周五前报',
      '申诉列表里的5件请今天办结',
      '同意申诉2件,驳回1件',
      '同意申诉人意见',
      '驳回申诉3起,均已送达',
      '谁看过张三的报告,请发我一份',
      '已阅,请各科室落实',
      '已阅读文件5份',
      '我的记录本落在会议室了',
      '开启静默确认单据请报办公室',
      '安静的村庄新闻稿请审阅',
      '',
      '收到',
    ]
    for (const text of sentences) expect([text, readOrder(text)]).toEqual([text, null])
  })

  it('takes no order out of a longer sentence, whatever stands around it', () => {
    const orders = [
      '规则',
      '我的记录',
      '启用',
      '停用',
      '撤销',
      '恢复',
      '试运行',
      '取消静默',
      '申诉列表',
      '谁看过',
      '已阅',
    ]
    const words = fc.constantFrom('的', '工作', '情况请各村周五前报', '了吗', '会议', '方案已印发', '台账')
    fc.assert(
      fc.property(fc.constantFrom(...orders), words, words, (order, before, after) => {
        // What follows an order behind a space may name a group: whether it does is seen where the group is known.
        expect(nameOf(`${before}${order}${after}`)).toBeNull()
        expect(nameOf(`请${before}${order}`)).toBeNull()
      }),
    )
  })

  it('never throws and never lasts, whatever it is given', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => void readOrder(text)))
    const started = performance.now()
    for (const text of ['规则'.repeat(59), `豁免 ${'@ '.repeat(55)}`, `静默到${'1点'.repeat(55)}`, ' '.repeat(119)])
      readOrder(text)
    expect(performance.now() - started).toBeLessThan(500)
  })
})
