import type { Flag, Label } from '../../../domain/label.ts'
import type { Baseline } from './baseline.ts'

/** Words by which a group administrator would sort messages; the first label with a word in the text wins. */
const WORDS: readonly (readonly [Label, RegExp])[] = [
  ['boast', /荣获|喜报|捷报|第一名|表彰|表扬|点赞|锦旗|再创佳绩|圆满成功|取得实效|成效显著/],
  ['mandate', /接龙|打卡|转发朋友圈|拉票|投票|集赞|收到请回复|截图|水印|通报|表态|心得体会/],
  ['checkin', /已打卡|已签到|已到岗|在岗|已阅|已学习|已转发|平安|无异常/],
  ['problem', /坏了|故障|漏水|停电|积水|塌方|报警|怎么办|求助|投诉|没人管|打不开|异常|隐患/],
  ['progress', /已完成|已处理|已解决|修好|办结|已报|已提交|已恢复|正在|还差|预计/],
  ['task', /请|务必|前报|上报|提交|抓紧|落实|安排|尽快|整改/],
  ['notice', /通知|公告|提醒|会议|停水|天气|预警|调整|开放|附件/],
  ['ritual', /收到|好的|辛苦了|谢谢|明白|遵命|\[强\]|\[玫瑰\]|\[抱拳\]|\[OK\]/],
  ['chatter', /哈哈|吃饭|外卖|周末|天气真|下班|转让|拼单|孩子/],
]

const FLAG_WORDS: readonly (readonly [Flag, RegExp])[] = [
  ['asks_ack', /回复|收到请|扣1|回1/],
  ['asks_trace', /截图|拍照|照片|打卡|接龙|定位|水印/],
  ['deadline', /前(报|交|完成|发|反馈)|之前|截止|下班前|月底|今天内|\d+[点时号日]前/],
  ['meeting', /会议|开会|例会|培训|座谈|腾讯会议/],
  ['document', /文件|方案|总结|报告|简报|信息稿|\[文件\]/],
  ['form', /表格|填表|填报|统计表|台账|名单|登记/],
]

/** A list of keywords, as group robots have it: it learns nothing and acts on whatever it meets. */
export const keywords: Baseline = {
  id: 'keywords',
  name: '关键词表',
  note: '命中即按 0.9 处置,不学习;什么都没命中按“办理反馈”',
  weight: 0.1,
  train: async () => (text) => {
    const label = WORDS.find(([, words]) => words.test(text))?.[0]
    const flags = FLAG_WORDS.filter(([, words]) => words.test(text)).map(([flag]) => flag)
    return { label: label ?? 'progress', confidence: label === undefined ? 0.2 : 0.9, flags }
  },
}
