import { DAY_MS, startOfDay } from '../../domain/calendar.ts'
import type { DayAtom } from './atom.ts'
import { matches } from './matches.ts'
import { addWorkdays, isWorking } from './workdays.ts'

/** Words for a day and how many days on it lies; the longest first. */
const WORDS: readonly [string, number][] = [
  ['今明后三天|明后两天|明后天|今明后3天|明后2天', 2],
  ['今明两天|今明2天|今明两日|今明', 1],
  ['大后天', 3],
  ['后天|后日|后(?=[早晚])', 2],
  ['明天|明日|明儿个?|翌日|次日|第二天|隔天|明(?=[早晚晨])', 1],
  ['今天|今日|今儿个?|本日|今(?=[早晚晨夜])|当天|当日|当(?=晚)', 0],
  ['大前天|前天|前日|昨天|昨日|昨儿|昨(?=[早晚夜])|前(?=晚)', -1],
]
const PATTERN = new RegExp(
  `(${WORDS.map(([words]) => words).join(')|(')})|(每(?:天|日|(?=[晚早]))|天天|逐日)|(每个?工作日)|(下一?个?工作日)`,
  'g',
)

/** 今年, 前天前 are not these; 今后, 明年 neither. */
const NOT_AFTER = /^(?:起草|的?天气)/

/** Finds days told from today: `明天`, `大后天`, `今晚` (its first half), `每天`, `下一工作日`. */
export function findRelativeDays(text: string): DayAtom[] {
  const found: DayAtom[] = []
  for (const m of matches(text, PATTERN)) {
    const word = m[0]
    const from = m.index
    const to = from + word.length
    if (NOT_AFTER.test(text.slice(to, to + 3))) continue
    const base = { type: 'day', kind: 'relative', from, to } as const
    const index = m.slice(1).findIndex((group) => group !== undefined)
    const offset = WORDS[index]?.[1]
    if (offset === undefined) {
      if (word.startsWith('下')) {
        found.push({ ...base, kind: 'workday', pick: (at) => addWorkdays(startOfDay(at), 1) })
        continue
      }
      const working = word.includes('工作日')
      const pick: DayAtom['pick'] = (at, ahead) => {
        let day = startOfDay(at)
        for (let i = 0; i < 40 && !(ahead(day) && (!working || isWorking(day))); i++) day += DAY_MS
        return day
      }
      found.push({ ...base, every: true, pick })
      continue
    }
    if (offset < 0) {
      found.push({ ...base, past: true, pick: () => null })
      continue
    }
    const day: DayAtom = { ...base, pick: (at) => startOfDay(at) + offset * DAY_MS }
    if (offset === 0) day.today = true
    if (word.startsWith('当')) day.same = true
    if (/^(?:次日|翌日|第二天|隔天)/.test(word)) day.after = (start) => start + DAY_MS
    found.push(day)
  }
  return found
}
