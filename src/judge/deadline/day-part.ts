import type { PartAtom, PartName } from './atom.ts'
import { matches } from './matches.ts'

const NAMES: readonly [PartName, string][] = [
  ['dawn', '凌晨'],
  ['early', '大清早|(?<![周期拜])一大早|清早|清晨|(?<![周期拜])一早|大早|早上|早晨|早间'],
  ['morning', '上午|午前'],
  ['noon', '中午|正午|午间|晌午|(?:吃?午饭|午餐|午休)(?:之|以)?前'],
  ['afternoon', '下午(?!茶)|午后'],
  [
    'dusk',
    '傍晚|黄昏|天黑(?:之|以)?前|(?:吃?晚饭|晚餐)(?:之|以)?前|(?:放学|放工|交班|收工|收班|换班|打烊|闭店|收摊|闭市|散学|营业结束|工作结束|晚自习)(?:之|以)?前',
  ],
  ['midnight', '午夜|子夜'],
  ['night', '晚上|晚间|夜里|夜间|深夜|半夜|晚(?=[\\d一二两三四五六七八九十]{1,3}[点时:])'],
  [
    'work',
    '(?<![周期拜])一上班|刚上班|上班(?:之|以)?前|上班时(?!间)|上班就|上班第一件事|(?<=周[一二三四五六日])上班(?=[^,。;!的后时了族])',
  ],
  ['off', '下班(?:之|以)?前|(?<=[今明后当本次]天|[日号午晚五六日天]|周[一二三四])下班(?!了|后|时间|路|高峰)'],
]
/** 早 and 晚 alone, after a day (`周五晚`) or before an hour (`早8点`); 最晚 and 晚点 are something else. */
const AFTER_DAY = '(?<=[今明后当昨每次]|[日号天]|周[一二三四五六日天])'
const PATTERN = new RegExp(
  `(${NAMES.map(([, words]) => words).join(')|(')})|${AFTER_DAY}(?:([早晨])(?!点[^\\d]|些|就|已|日|期|晚)|([晚夜])(?!点[^\\d]|些|于|了))|(?<![最提趁及尽])(早)(?=[\\d一二两三四五六七八九十]{1,3}[点时:])`,
  'g',
)

const isBound = (word: string) => /前$|^一上班|^刚上班|就$/.test(word)

/** Finds parts of the day: `下午`, `今晚` (its second half), `下班前`, `一上班`. */
export function findParts(text: string): PartAtom[] {
  const found: PartAtom[] = []
  for (const m of matches(text, PATTERN)) {
    const word = m[0]
    const index = m.slice(1).findIndex((group) => group !== undefined)
    const part = NAMES[index]?.[0] ?? (index === NAMES.length + 1 ? 'night' : 'early')
    const from = m.index
    if (word === '晚' && /[最早]$/.test(text.slice(0, from).slice(-1))) continue
    found.push({ type: 'part', part, from, to: from + word.length, ...(isBound(word) ? { bound: true } : {}) })
  }
  return found
}

/** Minutes after midnight where a part of day is named without a clock (`CONVENTIONS.md`). */
export const PART_MINUTES: Readonly<Record<PartName, number>> = {
  dawn: 300,
  early: 480,
  morning: 720,
  noon: 720,
  afternoon: 1080,
  dusk: 1080,
  night: 1260,
  midnight: 1440,
  work: 510,
  off: 1080,
}
