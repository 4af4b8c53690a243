import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { DEFAULT_TENANT } from '../app/ways/way.ts'
import { chinaIso } from '../domain/calendar.ts'
import { LABEL_NAMES } from '../domain/label.ts'
import { type AppealCase, appealCase } from '../intake/appeals/appeal-case.ts'
import { decideAsOperator } from '../intake/appeals/decide-as-operator.ts'
import { openCases } from '../intake/appeals/list-appeals.ts'
import { openPolicyBook } from '../intake/policy-book.ts'
import { listAppealsOf } from '../store/appeals.ts'
import type { Tables } from '../store/tables.ts'
import { parseOptions, USAGE } from './call.ts'
import { MOST_REASON, readBy, readLabel } from './correct.ts'
import { wrongCall } from './input.ts'
import { print, say } from './print.ts'
import { withStore } from './with-store.ts'

const OPTIONS = {
  tenant: { type: 'string', default: DEFAULT_TENANT },
  group: { type: 'string' },
  decide: { type: 'string' },
  uphold: { type: 'boolean' },
  reject: { type: 'boolean' },
  by: { type: 'string' },
  reason: { type: 'string' },
  label: { type: 'string' },
} as const
type Options = ReturnType<typeof parseOptions<typeof OPTIONS>>

/** An appeal as it is printed: the case with its evidence, and how it ended. `deciders` are those who may decide now. */
const appealLine = ({ appeal, ...found }: AppealCase, deciders: readonly string[] | undefined) => ({
  number: appeal.number,
  tenant: appeal.tenantId,
  group: appeal.groupId,
  message: appeal.messageId,
  rule: appeal.rule,
  policy: found.policyVersion,
  member: appeal.memberId,
  at: chinaIso(appeal.at),
  reason: appeal.reason,
  text: found.text,
  before: found.before,
  verdict: found.verdict,
  met: found.met,
  said: found.said,
  state: appeal.state,
  decided: appeal.decided && { ...appeal.decided, at: chinaIso(appeal.decided.at) },
  ...(deciders === undefined ? {} : { deciders }),
})

async function list(
  db: Kysely<Tables>,
  { tenant: tenantId, group: groupId = null }: Pick<Options, 'tenant'> & { group?: string | null },
) {
  const open = await openCases(db, { tenantId, groupId }, { roleOf: () => null })
  const deciders = new Map(open.map(({ appeal, deciders }) => [appeal.number, deciders]))
  const all = await listAppealsOf(db, { tenantId, groupId, open: false })
  for (const appeal of all) print(JSON.stringify(appealLine(await appealCase(db, appeal), deciders.get(appeal.number))))
  const stuck = open.filter((each) => each.deciders.length === 0).map(({ appeal }) => appeal.number)
  const help = stuck.length === 0 ? '' : `;其中 ${stuck.join('、')} 号没有可以处理的负责人,请用 --decide 处理`
  say(`申诉 ${all.length} 件,待处理 ${open.length} 件${help}。`)
}

function readDecision(options: Options) {
  const { tenant: tenantId, group, decide = '', uphold = false, reject = false, reason = '', label } = options
  if (!/^[1-9]\d{0,8}$/.test(decide)) throw wrongCall('--decide 要写申诉的编号 (which appeal?)', USAGE)
  if (group !== undefined) throw wrongCall('--decide 不和 --group 一起用 (a number needs no group)', USAGE)
  if (uphold === reject) throw wrongCall('--uphold(同意)和 --reject(驳回)要写其中一个 (which of the two?)', USAGE)
  if (reject && label !== undefined) throw wrongCall('--label 只和 --uphold 一起用 (--label goes with --uphold)', USAGE)
  if (reason.trim() === '' || reason.length > MOST_REASON)
    throw wrongCall(`--reason 要写理由,最多 ${MOST_REASON} 个字,会告诉本人 (why?)`, USAGE)
  const by = readBy(options.by, 'appeals --decide')
  const named = label === undefined ? null : readLabel(label)
  return { tenantId, number: Number(decide), upheld: uphold, reason: reason.trim(), label: named, by }
}

async function decide(options: Options): Promise<void> {
  const decision = readDecision(options)
  await withStore(async (db) => {
    const { of: policyOf } = await openPolicyBook(db, Date.now)
    const { appeal, label } = await decideAsOperator(db, decision, { policyOf, now: Date.now, newId: randomUUID })
    print(JSON.stringify(appealLine(await appealCase(db, appeal), undefined)))
    const counted = label === null ? '' : `消息改记为“${LABEL_NAMES[label]}”,`
    const done = decision.upheld ? `已同意:提醒撤回,不再计入次数,${counted}` : '已驳回:提醒保留并计入次数,'
    say(`第 ${appeal.number} 号申诉${done}服务运行时会在几分钟内私下告诉本人。`)
  })
}

/** `appeals …`: all appeals with their evidence, a line each; or decides one. */
export async function appealsCommand(args: string[]): Promise<void> {
  const options = parseOptions(args, OPTIONS)
  if (options.decide !== undefined) return decide(options)
  const { tenant, group, ...others } = options
  if (Object.values(others).some((each) => each !== undefined))
    throw wrongCall('--uphold、--reject、--by、--reason、--label 要和 --decide 一起用 (which appeal?)', USAGE)
  await withStore((db) => list(db, { tenant, group: group ?? null }))
}
