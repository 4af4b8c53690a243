import type { Kysely } from 'kysely'
import { CodedError } from '../../domain/errors.ts'
import type { GroupMessage } from '../../domain/message.ts'
import { safeText } from '../../domain/safe-text.ts'
import { enforcedFrom, withExempt } from '../../policy/edit-policy.ts'
import { type LineChange, lineDifference } from '../../policy/line-difference.ts'
import { withMode } from '../../policy/with-mode.ts'
import { type PolicyVersion, policyInForce, policyVersions } from '../../store/policies.ts'
import type { Tables } from '../../store/tables.ts'
import type { PolicyBook } from '../policy-book.ts'
import { undoStep } from '../policy-history.ts'
import type { OrderedGroup } from './admins.ts'
import { peopleNamed } from './people-named.ts'

/** What came of an order to change a policy. `apply` puts it in force, once the transaction has committed. */
export interface PolicyChanged {
  answer: string
  apply?: () => void
}

export interface Changing {
  prepare: PolicyBook['prepare']
  /** Who changes it. */
  by: string
}

const MOST_SHOWN = 2

/** Lines that orders change: whoever reads the answer knows them by the order, not as they are written. */
const OF_ORDERS = /^\s*(?:mode|observeFirst|exempt|members):/u

/** What changed, in one line, to follow the number of the version. */
function changed(changes: readonly LineChange[]): string {
  if (changes.length === 0) return ',内容没有变化'
  const written = changes.filter(({ text }) => !OF_ORDERS.test(text))
  const mode = changes.find(({ kind, text }) => kind === 'added' && /^mode:/u.test(text))?.text
  const now = mode === undefined ? '' : mode.includes('observe') ? ',只记录、不提醒' : ',已启用'
  if (written.length === 0) return now
  if (written.length > 2 * MOST_SHOWN) return `${now},共改动 ${written.length} 行`
  const lines = written.map(({ kind, text }) => `${kind === 'added' ? '改为' : '原为'}「${safeText(text.trim(), 40)}」`)
  return `${now}:${lines.join(',')}`
}

async function set(
  trx: Kysely<Tables>,
  { group }: OrderedGroup,
  { before, source, reason, restores }: { before: string; source: string; reason: string; restores?: number },
  { prepare, by }: Changing,
): Promise<{ version: number; change: string; apply(): void } | null> {
  const change = changed(lineDifference(before, source))
  try {
    const base = { author: by, reason, fileName: 'policy.yaml' }
    const { version, apply } = await prepare(trx, group, source, restores === undefined ? base : { ...base, restores })
    return { version, change, apply }
  } catch (error) {
    // A file that was valid and is not any more by an edit of ours, as by an alias in the edited place.
    if (error instanceof CodedError && error.code === 'POLICY_INVALID') return null
    throw error
  }
}

const NOT_CHANGED = '这份规则文件的写法比较特别,没能自动修改,规则没有变。请管理员直接修改文件。'

async function sourceNow(trx: Kysely<Tables>, { group }: OrderedGroup): Promise<PolicyVersion> {
  const found = await policyInForce(trx, group)
  if (!found) throw new CodedError('POLICY_MISSING', `tenant ${group.tenantId} has no policy`)
  return found
}

/** 启用: the rules act from now on. */
export async function enforce(trx: Kysely<Tables>, on: OrderedGroup, by: Changing): Promise<PolicyChanged> {
  const { source, version } = await sourceNow(trx, on)
  const after = enforcedFrom(source)
  if (after === source) return { answer: `本群规则已经是启用状态(第 ${version} 版),不用再启用。` }
  const done = await set(trx, on, { before: source, source: after, reason: '启用' }, by)
  if (!done) return { answer: NOT_CHANGED }
  const answer = `已启用本群规则(第 ${done.version} 版):从现在起,对不合适的消息会私下提醒发的人。发“停用”可改回观察。`
  return { answer, apply: done.apply }
}

/** 停用: the rules are only observed from now on. */
export async function observe(trx: Kysely<Tables>, on: OrderedGroup, by: Changing): Promise<PolicyChanged> {
  const { source, version } = await sourceNow(trx, on)
  const after = withMode(source, 'observe')
  if (after === source) return { answer: `本群规则正在观察(第 ${version} 版),继续只记录、不提醒。` }
  const done = await set(trx, on, { before: source, source: after, reason: '改回观察' }, by)
  if (!done) return { answer: NOT_CHANGED }
  const answer = `已改回观察(第 ${done.version} 版):只记录,不再提醒;还没发出的提醒也不发了。发“启用”可再启用。`
  return { answer, apply: done.apply }
}

/** 豁免, 取消豁免: leaves members alone, or no more. */
export async function exempt(
  trx: Kysely<Tables>,
  on: OrderedGroup,
  order: { exempt: boolean; people: string; mentions: GroupMessage['mentions'] },
  by: Changing,
): Promise<PolicyChanged> {
  const { members, unknown } = peopleNamed(order.people, order.mentions, on.members)
  const verb = order.exempt ? '豁免' : '取消豁免'
  if (unknown.length > 0)
    return {
      answer: `没有认出「${unknown.map((name) => safeText(name, 20)).join('、')}」,请用 @ 选人,或写群里的全名。`,
    }
  if (members.length === 0) return { answer: `请写明是谁,例如:${verb} @张三` }
  const { source } = await sourceNow(trx, on)
  const ids = members.map(({ memberId }) => memberId)
  const names = members.map(({ name }) => safeText(name, 20)).join('、')
  const after = withExempt(source, ids, order.exempt)
  if (after === source) return { answer: order.exempt ? `${names}已在豁免名单里。` : `${names}不在豁免名单里。` }
  const done = await set(trx, on, { before: source, source: after, reason: `${verb} ${names}` }, by)
  if (!done) return { answer: NOT_CHANGED }
  const effect = order.exempt ? '以后不再提醒' : '以后和大家一样'
  return { answer: `已${verb}${names}(规则第 ${done.version} 版):${effect}。发“撤销”可撤回。`, apply: done.apply }
}

/** 撤销: sets the version before the last change of this group again, as a new version. */
export async function undo(trx: Kysely<Tables>, on: OrderedGroup, by: Changing): Promise<PolicyChanged> {
  const { tenantId } = on.group
  const step = undoStep(await policyVersions(trx, on.group))
  const defaults = await policyInForce(trx, { tenantId, groupId: '' })
  const restored = step?.restored ?? defaults
  if (!step || !restored) return { answer: '本群的规则没有改动过,没有可撤销的。' }
  const restores = step.restored?.version ?? 0
  const reason = `撤销第 ${step.undone.version} 版(${step.undone.reason})`
  const before = (await sourceNow(trx, on)).source
  const done = await set(trx, on, { before, source: restored.source, reason, restores }, by)
  if (!done) return { answer: NOT_CHANGED }
  const to = restores === 0 ? '本单位的通用规则' : `第 ${restores} 版`
  const what = safeText(step.undone.reason, 30)
  return {
    answer: `已撤销第 ${step.undone.version} 版的改动(${what}),恢复为${to},现在是第 ${done.version} 版${done.change}。`,
    apply: done.apply,
  }
}
