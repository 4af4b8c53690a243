import { z } from 'zod'
import { policySchema } from '../domain/policy.ts'
import { patternProblem } from './pattern.ts'
import { type Path, type Problem, pathText } from './problem.ts'
import { suggest } from './suggest.ts'

type Issue = z.core.$ZodIssue

/** Everything in `raw` that the schema of a policy refuses, and what only the file as a whole shows. */
export function schemaProblems(raw: unknown): Problem[] {
  const { error } = policySchema.safeParse(raw)
  const issues = (error?.issues ?? []).flatMap((issue) => narrow(issue, raw, []))
  const unknown = issues.flatMap((found) => unknownKeys(found))
  const misspelt = new Set(unknown.flatMap(({ meant }) => (meant === null ? [] : [meant])))
  const rest = issues.flatMap(({ issue, path }): Problem[] => {
    if (issue.code === 'unrecognized_keys') return []
    // The misspelt key says it already.
    if (misspelt.has(pathText(path))) return []
    // Said below for each rule that repeats an id.
    if (issue.code === 'custom' && pathText(path) === 'rules') return []
    return [{ path, message: describe(issue, valueAt(raw, path)) }]
  })
  return [
    ...unknown.map(({ problem }) => problem),
    ...rest,
    ...repeatedIds(raw),
    ...halfWindows(raw),
    ...badPatterns(raw),
    ...emptyWorkHours(raw),
  ]
}

interface Found {
  issue: Issue
  path: Path
}

/** A union has an error for each of its forms; the one that fits what was written is a list's or a single value's. */
function narrow(issue: Issue, raw: unknown, prefix: Path): Found[] {
  const path = [...prefix, ...(issue.path as (string | number)[])]
  if (issue.code !== 'invalid_union') return [{ issue, path }]
  const [single = [], list = []] = issue.errors
  const branch = Array.isArray(valueAt(raw, path)) ? list : single
  return branch.flatMap((inner) => narrow(inner as Issue, raw, path))
}

/** The problem of each unknown key, with the path of the key that was meant where that can be guessed. */
function unknownKeys({ issue, path }: Found): { problem: Problem; meant: string | null }[] {
  if (issue.code !== 'unrecognized_keys') return []
  const allowed = keysAt(path)
  return issue.keys.map((key) => {
    const meant = suggest(key, allowed)
    const hint = meant === null ? `这里可以写 ${allowed.join('、')}` : `是不是想写 ${meant}?`
    return {
      problem: { path: [...path, key], atKey: true, message: `没有这个字段,${hint}` },
      meant: meant === null ? null : pathText([...path, meant]),
    }
  })
}

/** The fields that a policy has at a path. */
function keysAt(path: Path): string[] {
  let schema: unknown = policySchema
  for (const step of path) {
    const inner = unwrapped(schema)
    if (inner instanceof z.ZodObject) schema = inner.shape[step as string]
    else if (inner instanceof z.ZodArray) schema = inner.element
  }
  const inner = unwrapped(schema)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

function unwrapped(schema: unknown): unknown {
  let inner = schema
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault) {
    inner = inner.unwrap()
  }
  return inner
}

const KINDS: Readonly<Record<string, string>> = {
  string: '文字',
  number: '数字',
  int: '整数',
  array: '列表,例如 [甲, 乙]',
  tuple: '两个时刻,例如 ["20:00", "08:00"]',
  object: '下一层的字段(换行缩进后再写)',
  boolean: ' true 或 false',
}

/** One of zod's issues in plain Chinese. */
function describe(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined || value === null) return `没有写,应为${KINDS[issue.expected] ?? issue.expected}`
      return `应为${KINDS[issue.expected] ?? issue.expected}${shown(value)}`
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      const meant = typeof value === 'string' ? suggest(value, allowed) : null
      const hint = meant === null ? `可以写 ${allowed.join('、')}` : `是不是想写 ${meant}?`
      return value === undefined || value === null ? `没有写,${hint}` : `不认识这个值${shown(value)},${hint}`
    }
    case 'invalid_format':
      return `${issue.message}${shown(value)}`
    case 'too_small':
      if (issue.origin === 'string') return '不能是空的'
      return issue.origin === 'array' ? `至少写 ${issue.minimum} 项` : `最小是 ${issue.minimum}${shown(value)}`
    case 'too_big':
      if (issue.origin === 'string') return `太长,最多 ${issue.maximum} 个字`
      return issue.origin === 'array' ? `最多写 ${issue.maximum} 项` : `最大是 ${issue.maximum}${shown(value)}`
    case 'custom':
      return issue.message
    default:
      return `这个值不对${shown(value)}`
  }
}

const shown = (value: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof value) ? `(现在是 ${String(value).slice(0, 30)})` : ''

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}

function repeatedIds(raw: unknown): Problem[] {
  const rules = valueAt(raw, ['rules'])
  if (!Array.isArray(rules)) return []
  const first = new Map<unknown, number>()
  return rules.flatMap((rule, index) => {
    const id = valueAt(rule, ['id'])
    if (typeof id !== 'string') return []
    const earlier = first.get(id)
    if (earlier === undefined) {
      first.set(id, index)
      return []
    }
    return [{ path: ['rules', index, 'id'], message: `和第 ${earlier + 1} 条规则的 id 重复了(${id.slice(0, 64)})` }]
  })
}

/** zod looks at a condition as a whole only once all its fields are right; this shows beside what else is wrong. */
function halfWindows(raw: unknown): Problem[] {
  const rules = valueAt(raw, ['rules'])
  if (!Array.isArray(rules)) return []
  return rules.flatMap((rule, index) => {
    const half = (valueAt(rule, ['when', 'count']) === undefined) !== (valueAt(rule, ['when', 'within']) === undefined)
    return half ? [{ path: ['rules', index, 'when', 'count'], message: 'count 与 within 要同时写' }] : []
  })
}

/** Patterns that RE2 does not take, or that match everything. */
function badPatterns(raw: unknown): Problem[] {
  const rules = valueAt(raw, ['rules'])
  if (!Array.isArray(rules)) return []
  return rules.flatMap((rule, index) => {
    const pattern = valueAt(rule, ['when', 'pattern'])
    const message = typeof pattern === 'string' && pattern.length <= 200 ? patternProblem(pattern) : null
    return message === null ? [] : [{ path: ['rules', index, 'when', 'pattern'], message }]
  })
}

function emptyWorkHours(raw: unknown): Problem[] {
  const hours = policySchema.shape.workHours.safeParse(valueAt(raw, ['workHours']))
  if (!hours.success || hours.data.from < hours.data.to) return []
  const path = ['workHours', valueAt(raw, ['workHours', 'from']) === undefined ? 'to' : 'from']
  return [{ path, message: '上班时刻 from 要早于下班时刻 to' }]
}
