import type { ClockAtom } from './atom.ts'
import { matches } from './matches.ts'
import { NUMBER, numeral, PLAIN } from './numeral.ts'

const COLON = /(?<![\d.]|\d:)([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\d:%])分?/g
const DOTTED = /(?<=[上下中]午|早上|晚上|[今明]晚|[今明]早)(\d{1,2})\.([0-5]\d)(?![\d%元万米吨])/g
const WORDS = new RegExp(
  `(?:差(一刻|${PLAIN}分)钟?(?:到)?)?(?:(${NUMBER})[-至到])?(${NUMBER})[点时](?!间|期|段|代|光|速|政|长|档|\\d{1,2}(?:[度℃%元块万米吨寸]))` +
    `(?:钟|半|差(一刻|${PLAIN}分)钟?|([一二三123])刻钟?|整|零?(${PLAIN})分(?!钟)|零([一二三四五六七八九\\d])|([0-5]\\d|[二三四五]?十[一二三四五六七八九]?)(?![\\d个人名组号楼日月天户台家份张年万元点条位]))?`,
  'g',
)
const MIDNIGHT = /零[点时](?!容忍|距离|起步|抄表|[用电负]|数)(?:整|零?([一二三四五六七八九十]{1,3}|\d{1,2})分|半)?/g

/** What follows 三点 where it counts points, not hours. */
const POINTS =
  /^(?:[小大]|要求|意见|建议|希望|说明|体会|想法|问题|注意|内容|措施|提醒|感受|感想|启示|经验|原因|工作|补充|看法|共识|声明|提示|做法|思考|位|数|式|论|一线|具体|重要|规定|纪律|任务|倡议|贡献|请求|需求|疑问|收获|判断|考虑|理由|优势|不足|特点|亮点|方面|困难|安排|修改|反馈|备注|事项|责任|承诺|诉求|须知|情况|忠告|变化|区别|不同|明确|强调|共性|五|四|八|经验|心得|指示|原则|精神|认识|保证|打算|计划|事)/
const COUNTING =
  /(?:以下|如下|下面|这|那|有|提|讲|说|谈|强调|重申|注意|明确|分享|做到|做好|归纳|总结|提出|汇报|补充|坚持|突出|把握|记住|共|快|慢|早|晚|好|多|少|差|认真|小心|仔细|积极|主动|自觉|高|低|大|小|有那么)$/
const AFTER_HALF = /^(?:课堂|学校|班|难题|现象|托管|课后|工程|服务)/
const AFTER_ONE = /^(?:到(?!位)|[半整钟前之以至左许开集零准\d-]|二十|三十|四十|五十|十)/

function isDoubtful(text: string, from: number, to: number, hour: string, tail: string): boolean {
  const right = text.slice(to, to + 4)
  if (tail.endsWith('半') && AFTER_HALF.test(right)) return true
  if (!/[点时]$/.test(tail)) return false
  // 两点之间 are places, 两点到三点之间 are hours.
  if (hour === '两' && /^之间/.test(right) && !/[到至-]/.test(text[from - 1] ?? '')) return true
  if (/^[前之以]/.test(right)) return false
  if (hour === '一' && !AFTER_ONE.test(right)) return true
  if (tail.endsWith('时')) return false
  return (
    POINTS.test(right) ||
    (/^[一二两三四五六七八九]$/.test(hour) && COUNTING.test(text.slice(Math.max(0, from - 3), from)))
  )
}

const RATIO = /(?:比例|比分|比为|配比|按照?|比|兑|稀释|版)$/

/** Finds hours: `17:30`, `两点半`, `十点一刻`, `差一刻四点`, `24点`, `2-4点`. */
export function findClocks(text: string): ClockAtom[] {
  const found: ClockAtom[] = []
  const add = (from: number, to: number, hour: number, minute: number, more: Partial<ClockAtom> = {}) => {
    if (hour >= 0 && hour <= 24 && minute < 60 && !(hour === 24 && minute > 0))
      found.push({ type: 'clock', from, to, hour, minute, padded: false, doubtful: false, ...more })
  }
  for (const m of matches(text, COLON, /:/)) {
    const [all, hour = '', minute = ''] = m
    const ratio =
      RATIO.test(text.slice(Math.max(0, m.index - 3), m.index)) || /^的?比/.test(text.slice(m.index + all.length))
    if (!ratio) add(m.index, m.index + all.length, Number(hour), Number(minute), { padded: /^0\d/.test(hour) })
  }
  for (const m of matches(text, DOTTED, /\d\./)) add(m.index, m.index + m[0].length, Number(m[1]), Number(m[2]))
  for (const m of matches(text, WORDS, /[点时]/)) {
    const [all, early, first, hourText = '', late, quarter, minuteText, oddMinute, bareMinute] = m
    const short = early ?? late
    const to = m.index + all.length
    const written = minuteText ?? oddMinute ?? bareMinute
    let minute = all.endsWith('半') ? 30 : quarter ? numeral(quarter) * 15 : written ? numeral(written) : 0
    let hour = numeral(hourText)
    if (short) {
      minute -= short === '一刻' ? 15 : numeral(short.slice(0, -1))
      if (minute < 0) {
        minute += 60
        hour -= 1
      }
    }
    const doubtful = isDoubtful(text, m.index, to, hourText, all)
    add(m.index, to, hour, minute, {
      doubtful,
      padded: /^0\d/.test(hourText),
      ...(first === undefined ? {} : { startHour: numeral(first) }),
    })
  }
  for (const m of matches(text, MIDNIGHT, /零[点时]/)) {
    const minute = m[0].endsWith('半') ? 30 : m[1] ? numeral(m[1]) : 0
    add(m.index, m.index + m[0].length, 0, minute, { padded: true })
  }
  return found
}
