import { isSubstantive } from '../domain/label.ts'
import type { Rule } from '../domain/policy.ts'
import { reliesOnVerdict } from './conditions.ts'
import { namesWords } from './history.ts'

/** True where every message that meets `specific` meets `general` as well, as far as their conditions show it. */
export function covers(general: Rule, specific: Rule): boolean {
  const [wide, narrow] = [general.when, specific.when]
  return (
    wide.count === undefined &&
    coversLabels(general, specific) &&
    (!reliesOnVerdict(general) || (reliesOnVerdict(specific) && narrow.confidence >= wide.confidence)) &&
    isWithin(wide.flags, narrow.flags ?? []) &&
    (wide.role === undefined || wide.role === narrow.role) &&
    (wide.text === undefined || (narrow.text !== undefined && isWithin(narrow.text, wide.text))) &&
    (wide.pattern === undefined || wide.pattern === narrow.pattern) &&
    (wide.missing === undefined || (narrow.missing !== undefined && isWithin(narrow.missing, wide.missing))) &&
    (wide.repeated === undefined || (narrow.repeated !== undefined && narrow.repeated <= wide.repeated)) &&
    YES.every((field) => wide[field] === undefined || narrow[field] === true)
  )
}

const YES = ['mentionsAll', 'ranking', 'picturesOnly', 'outOfHours', 'restDay'] as const

function coversLabels(general: Rule, specific: Rule): boolean {
  const [wide, narrow] = [general.when.label, specific.when.label]
  if (wide !== undefined) return narrow !== undefined && isWithin(narrow, wide)
  if (namesWords(general)) return true
  return narrow === undefined ? !namesWords(specific) : !narrow.some(isSubstantive)
}

/** True where all of `some` are in `all`; nothing is in everything. */
const isWithin = <T>(some: readonly T[] | undefined, all: readonly T[]): boolean =>
  (some ?? []).every((each) => all.includes(each))
