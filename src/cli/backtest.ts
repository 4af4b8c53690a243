import type { Kysely } from 'kysely'
import { type BacktestReport, backtest } from '../app/backtest/backtest.ts'
import type { Pair } from '../app/backtest/tally.ts'
import { DEFAULT_TENANT } from '../app/ways/way.ts'
import { chinaDate, chinaIso, DAY_MS } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Policy } from '../domain/policy.ts'
import { openPolicyBook, type PolicyBook } from '../intake/policy-book.ts'
import { checkPolicy } from '../policy/check.ts'
import { parsePolicy } from '../policy/parse.ts'
import type { GroupRef } from '../store/groups.ts'
import type { Tables } from '../store/tables.ts'
import { ASSUMPTIONS, differenceLine, differenceObject, reportText } from './backtest-text.ts'
import { parseOptions, USAGE } from './call.ts'
import { readInput, wrongCall } from './input.ts'
import { print, say } from './print.ts'
import { createProgress } from './progress.ts'
import { timeLeft } from './time-left.ts'
import { withStore } from './with-store.ts'

const OPTIONS = {
  policy: { type: 'string' },
  against: { type: 'string' },
  tenant: { type: 'string', default: DEFAULT_TENANT },
  group: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  json: { type: 'boolean', default: false },
  messages: { type: 'boolean', default: false },
} as const
type Options = ReturnType<typeof parseOptions<typeof OPTIONS>>

/** 00:00 in China of a date `YYYY-MM-DD`; null where none is given. */
function readDay(name: string, text: string | undefined): EpochMs | null {
  if (text === undefined) return null
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00+08:00`) : Number.NaN
  if (Number.isNaN(at) || chinaDate(at) !== text)
    throw wrongCall(`--${name} 不是日期: ${text} (not a date)`, '写成 2026-11-02 这样。')
  return at
}

/** Both days belong to the span. */
function readSpan({ from, to }: Options): { from: EpochMs | null; to: EpochMs | null } {
  const first = readDay('from', from)
  const last = readDay('to', to)
  if (first !== null && last !== null && first > last)
    throw wrongCall(`--from ${from} 晚于 --to ${to} (the range is upside down)`, '请把两个日期对调。')
  return { from: first, to: last === null ? null : last + DAY_MS }
}

interface PolicyFile {
  file: string
  policy: Policy
}

async function readPolicy(file: string): Promise<PolicyFile> {
  const policy = parsePolicy(await readInput(file), file)
  for (const warning of checkPolicy(policy)) say(`${file}: 请留意:${warning}`)
  return { file, policy }
}

const fileName = ({ file, policy }: PolicyFile): string => `${file}「${policy.name}」`

/** The policies in force, by name and version; several where groups have their own. */
function inForceName(book: PolicyBook, groups: readonly GroupRef[]): string {
  const names = groups.map((group) => {
    const { policy, version } = book.of(group)
    return `现行规则第 ${version} 版「${policy.name}」`
  })
  return [...new Set(names)].join('、')
}

const jsonReport = (report: BacktestReport, policies: Pair<string>) => ({
  policies,
  ...report,
  first: chinaIso(report.first),
  last: chinaIso(report.last),
  assumptions: ASSUMPTIONS,
})

async function tryOn(db: Kysely<Tables>, options: Options, tried: PolicyFile, against: PolicyFile | null) {
  const { tenant: tenantId, group: groupId, json } = options
  const book = await openPolicyBook(db, Date.now)
  const met = new Map<string, GroupRef>()
  // Where one group is asked for, the policies in force go on governing the others on both sides.
  const policyFrom =
    (file: PolicyFile | null) =>
    (group: GroupRef): Policy => {
      const isTried = groupId === undefined || group.groupId === groupId
      if (isTried) met.set(group.groupId, group)
      return file !== null && isTried ? file.policy : book.of(group).policy
    }
  const progress = createProgress(process.stderr)
  const from = performance.now()
  const report = await backtest({
    db,
    tenantId,
    groupId,
    span: readSpan(options),
    policies: { old: policyFrom(against), new: policyFrom(tried) },
    onDifference: (difference) => {
      if (options.messages) print(json ? JSON.stringify(differenceObject(difference)) : differenceLine(difference))
    },
    onProgress: (done, total) => progress(done, total, `回测${timeLeft(done / total, from, performance.now())}`),
  })
  const old = against === null ? inForceName(book, [...met.values()]) : fileName(against)
  const names = { old, new: fileName(tried) }
  if (json) return print(JSON.stringify(jsonReport(report, names)))
  if (options.messages && report.differences > 0) print('')
  print(reportText(report, names, options.messages))
}

/**
 * `backtest --policy FILE [--against FILE] [--group ID] [--from DATE] [--to DATE] [--tenant T] [--json] [--messages]`:
 * what a policy would have done with the stored messages, next to the one in force or another. With `--json` the last
 * line is the report; with `--messages` the lines before it are the messages on which the two differ.
 */
export async function backtestCommand(args: string[]): Promise<void> {
  const options = parseOptions(args, OPTIONS)
  if (options.policy === undefined) throw wrongCall('backtest 需要 --policy 规则文件 (which policy?)', USAGE)
  readSpan(options)
  const tried = await readPolicy(options.policy)
  const against = options.against === undefined ? null : await readPolicy(options.against)
  await withStore((db) => tryOn(db, options, tried, against))
}
