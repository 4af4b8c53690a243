import { chinaTime, DAY_MS, startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Ahead, DayAtom } from './atom.ts'
import { ownDay, PUBLIC_HOLIDAYS } from './festivals.ts'
import { matches } from './matches.ts'
import { numeral, PLAIN } from './numeral.ts'
import { addWorkdays, isWorking, workingFrom } from './workdays.ts'

const NAMES = PUBLIC_HOLIDAYS.map(({ words }) => words).join('|')
const OFF = '(?:假期|放假|长假|小长假|休假)?'
const HOLIDAY = new RegExp(
  `(?<![二三四五六七八九双第])((?:${NAMES}|[双两]节)(?!路|街|大道|社区|村|小学|中学|广场)节?|小长假|长假|节日|假期|(?:放|收|休)?假(?=前|后|结束)|收假|节(?=[前后])|(?<=[,。;!:】)\\s]|^)年(?=[前后])|开工|复工)(?:这天)?(${OFF})` +
    `(?:(前夕)|(?:之|以)?前(?:(${PLAIN})个?(天|日|周|个?星期|工作日)|(最后一[个天]?工?作?[日天]?))?|((?:之)?后)?(?:的)?(?:(?:上班|上课|开工|复工|收假|返岗|返校|返工)的?)?(?:第(?:一|1)个?|首个?)(?:工作日|天|日)|后(?:一上班|上班(?:之|以)?前?|上班时?)|(当[天日]|那天)|(?:假期)?(结束(?:之|以)?前|最后一天)|后(${PLAIN})个工作日内?|后|(?=前))`,
  'g',
)
const AHEAD_OF = new RegExp(`(?:比)?(${NAMES})节?(?:假期|放假)?(?:再)?提前(${PLAIN})个?(天|日|周|工作日)`, 'g')

interface Break {
  own: EpochMs
  /** Last working day before and first one after the days off. */
  before: EpochMs
  after: EpochMs
}

function breakOf(name: string, year: number): Break | null {
  const own = ownDay(name, year)
  if (own === null) return null
  return { own, before: workingFrom(own - DAY_MS, -1), after: firstAfter(own) }
}

function firstAfter(own: EpochMs): EpochMs {
  let day = own + DAY_MS
  for (let i = 0; i < 15 && !isWorking(day); i++) day += DAY_MS
  return day
}

/** The next break whose chosen day is ahead; among all public holidays where `names` is null. */
function next(names: readonly string[] | null, choose: (found: Break) => EpochMs) {
  const wanted = PUBLIC_HOLIDAYS.filter(({ name }) => names === null || names.includes(name))
  return (at: EpochMs, ahead: Ahead): EpochMs | null => {
    const today = startOfDay(at)
    const { year } = chinaTime(at)
    let best: EpochMs | null = null
    for (const { name } of wanted) {
      for (const tried of [year, year + 1]) {
        const found = breakOf(name, tried)
        const day = found === null ? null : choose(found)
        // Said on the first day back, 节后 without a name is the next break.
        if (day === null || !ahead(day) || (names === null && day === today && found?.after === day)) continue
        if (best === null || day < best) best = day
        break
      }
    }
    return best
  }
}

function namesIn(words: string): readonly string[] | null {
  if (/^双节/.test(words)) return ['中秋', '国庆']
  if (/^年/.test(words)) return ['春节']
  const found = PUBLIC_HOLIDAYS.filter((holiday) => new RegExp(`^(?:${holiday.words})`).test(words))
  return found.length === 0 ? null : found.map(({ name }) => name)
}

function back(count: string, unit: string): (day: EpochMs) => EpochMs {
  const n = numeral(count)
  if (unit === '工作日') {
    return (day) => {
      let here = day
      for (let i = 0; i < n; i++) here = workingFrom(here - DAY_MS, -1)
      return here
    }
  }
  return (day) => day - n * (/周|星期/.test(unit) ? 7 : 1) * DAY_MS
}

function lastDayOff({ own, after }: Break): EpochMs {
  return after - DAY_MS < own ? own : after - DAY_MS
}

/** Finds public holidays where they set a day: `节前`, `国庆放假前`, `五一前三天`, `节后第一个工作日`, `假期结束前`. */
export function findHolidays(text: string): DayAtom[] {
  const found: DayAtom[] = []
  for (const m of matches(text, HOLIDAY)) {
    const [all, words = '', off = '', , count, unit, , , sameDay, ending, workdays] = m
    const from = m.index
    const to = from + all.length
    if (/^假$|^节$/.test(words) && /[请休病事婚产年寒暑季环细情关时调]$/.test(text.slice(0, from).slice(-1))) continue
    if (/^(?:前后|后前)/.test(text.slice(to - 1, to + 1)) || /^[年节]后/.test(text.slice(to, to + 2))) continue
    const names = namesIn(words)
    const add = (choose: (found: Break) => EpochMs) =>
      found.push({ type: 'day', kind: 'holiday', from, to, bound: true, pick: next(names, choose) })
    const tail = all.slice(words.length)
    const isWork = /^[开复]工|^收假/.test(words)
    if (ending) add(lastDayOff)
    else if (workdays) add(({ after }) => addWorkdays(after - DAY_MS, numeral(workdays)))
    else if (sameDay) add(isWork ? ({ after }) => after : ({ own }) => own)
    else if (/第|首|上班|收假/.test(tail)) {
      const part = /后一?上班/.exec(all)
      add(({ after }) => after)
      const last = found.at(-1)
      if (part && last) last.to = from + part.index + 1
    } else if (count !== undefined && unit !== undefined) {
      const step = back(count, unit)
      const plain = off === '' && !/假|^节|^年/.test(words)
      add(plain || numeral(count) > 1 ? ({ own }) => step(own) : ({ before }) => before)
    } else if (/前/.test(tail)) {
      if (words === '开工' || words === '复工') continue
      add(words === '收假' ? lastDayOff : ({ before }) => before)
    }
  }
  for (const m of matches(text, AHEAD_OF)) {
    const [all, words = '', count = '', unit = ''] = m
    const step = back(count, unit)
    const pick = next(namesIn(words), ({ own }) => step(own))
    found.push({ type: 'day', kind: 'holiday', from: m.index, to: m.index + all.length, bound: true, pick })
  }
  return found
}
