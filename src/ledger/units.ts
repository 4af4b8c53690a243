import { foldWidth } from './fold-width.ts'

/** What a unit's name ends in, as alternatives of a pattern. */
export const UNIT_KINDS =
  '村|社区|组|班|店|车间|队|科室|科|站|部|所|校|学校|院|中心|楼|片区|网格|工区|标段|分局|支行|窗口|连|办|局|处|厂|库|病区|年级|项目部|工段|街道|乡镇|镇|乡|单位|部门|公司|线|中队|小区|号楼|机组'
const NUMBER = '(?:[一二三四五六七八九十\\d]{1,3}|[A-Za-z甲乙丙丁戊东西南北早中晚白夜])'

const CLASS = new RegExp(
  `(?:各|每个?|所有|全体|其他|其余|几个|(?:${NUMBER})个)(?:责任|基层|行政|相关|有关|施工|作业|专项)?(${UNIT_KINDS})`,
  'gu',
)
const SELF_NUMBERED = new RegExp(`^${NUMBER}(?:${UNIT_KINDS})(?!长|主任|书记|里)`, 'u')
const SELF_NAMED = new RegExp(
  `^[\\p{Script=Han}]{1,4}?(?:${UNIT_KINDS})(?=[\\s:,、。的已都也共全有报应无没完核汇\\d]|$)`,
  'u',
)
const OPENING_WORDS = /^(?:\s|报告|领导|主任|那么?|好的?|行|我们?|咱们?|这里|这边|[,:。、])+/u
const GENERIC = /^(?:各|每|本|全|这|那|我|我们|该|上|下|几|哪|多|某)/u

/** Officers of whom every unit of a kind has one: addressed without a name they stand for all of that kind. */
const OFFICERS =
  /(?:^|[,。;:!\s])(班|组|店|队|站|片|车间|科室|村)(?:主任|长|书记|负责人)们?(?=[,:\s把请今明下上每本将于在务要们])/u

/** The kinds of unit that a text addresses as a whole: 「各村」 gives `村`, 「六个班」 gives `班`. */
export function classesOf(text: string): string[] {
  const named = [...text.matchAll(CLASS)].map((match) => match[1] ?? '')
  const officers = OFFICERS.exec(text)?.[1]
  return [...new Set(officers === undefined ? named : [...named, officers])].filter(Boolean)
}

/** Where a text first addresses a kind of unit; its length where it does not. */
export function addressAt(text: string): number {
  const places = [text.search(new RegExp(CLASS.source, 'u')), text.search(OFFICERS)].filter((place) => place >= 0)
  return Math.min(text.length, ...places)
}

/** The unit that a sender names itself by at the start of a report, such as 「三班」 or 「柳河村」; null without one. */
export function selfDesignation(text: string): string | null {
  const start = text.slice(0, 32).replace(OPENING_WORDS, '')
  const unit = (SELF_NUMBERED.exec(start) ?? SELF_NAMED.exec(start))?.[0]
  return unit === undefined || GENERIC.test(unit) ? null : unit
}

/** The numbered units of these kinds that a text names: 「五班、六班」. */
export const numberedUnits = (text: string, kinds: readonly string[]): string[] =>
  [...text.matchAll(new RegExp(`${NUMBER}(?:${UNIT_KINDS})`, 'gu'))]
    .map(([unit]) => unit)
    .filter((unit) => kinds.some((kind) => isOfClass(unit, kind)))

/** A title that says first whom it addresses, with a full-width colon behind it: 「各村:」. */
export function addressedTitle(title: string, kind: string): string {
  const said = new RegExp(`^(?:各|每个?|所有|全体)[^,:]{0,2}?${kind}(?:班主任|负责人|主任|书记|长)?[,:\\s]*`, 'u').exec(
    foldWidth(title),
  )?.[0]
  return said ? `${said.replace(/[,:\s]+$/u, '')}\uff1a${title.slice(said.length)}` : `各${kind}\uff1a${title}`
}

/** The kinds of unit that a title addresses as a whole. */
export function addressedClasses(title: string): string[] {
  if (!title.includes('\uff1a')) return []
  const addressee = /^((?:各|每个?|所有|全体)[^:,]{1,8}):/u.exec(foldWidth(title))?.[1]
  return addressee === undefined ? [] : classesOf(addressee)
}

/** A member's name taken apart: 「柳河村-张大勇」, 「静静(小二班)」 and 「石马村陈幺爸」 name a unit and a person. */
export function splitName(name: string): { unit: string; person: string } {
  const bracketed = /^(.+?)[((](.+?)[))]$/u.exec(name)
  if (bracketed) return { person: bracketed[1] ?? '', unit: bracketed[2] ?? '' }
  const dashed = /^(.+?)[-—–_·|/ ]+(.+)$/u.exec(name)
  if (dashed) return { unit: dashed[1] ?? '', person: dashed[2] ?? '' }
  const joined = new RegExp(`^(.{1,6}(?:${UNIT_KINDS}))(.{2,4})$`, 'u').exec(name)
  return joined ? { unit: joined[1] ?? '', person: joined[2] ?? '' } : { unit: '', person: name }
}

/** A unit's name without its kind, where two characters or more are left. */
export function unitStem(unit: string): string | null {
  const stem = unit.replace(new RegExp(`(?:${UNIT_KINDS})$`, 'u'), '')
  return stem.length >= 2 && stem !== unit ? stem : null
}

/** True where a unit is one of that kind: 「柳河村」 is a `村`. */
export const isOfClass = (unit: string, kind: string): boolean => unit.endsWith(kind)
