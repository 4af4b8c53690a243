import { isSubstantive } from '../../domain/label.ts'
import type { Judge } from '../../domain/verdict.ts'
import { createJudge } from '../judge.ts'
import type { Model } from '../model.ts'
import type { CorpusLine } from './corpus.ts'
import { ACT_AT } from './scores.ts'
import { copiesOf, type OwnCase, partsOf, tenantLines } from './tenant-lines.ts'
import { type TrainOptions, train } from './train.ts'

/** How a judge did on a set of messages, in counts. */
export interface Tally {
  messages: number
  right: number
  /** Work that was called noise with confidence to act. */
  wronged: number
}

/** What was compared before a tenant's model was taken or refused. */
export interface TenantReport {
  taken: boolean
  /** Why it was refused, in words for the admin; empty where it was taken. */
  objections: string[]
  corrections: number
  /** How often each correction was learnt. */
  copies: number
  /** On the shipped evaluation set, which neither was trained on. */
  shippedSet: { shipped: Tally; tenant: Tally }
  /**
   * On the tenant's own corrections, each judged by a model that was trained without it; null where the shipped set
   * had decided before.
   */
  ownSet: { parts: number; shipped: Tally; tenant: Tally } | null
}

export interface TenantTraining {
  tenantId: string
  shipped: Judge
  corpus: readonly CorpusLine[]
  /** Labelled messages that no model is trained on. */
  evaluation: readonly CorpusLine[]
  own: readonly OwnCase[]
  options?: TrainOptions
}

/** Trainings that the comparison on the tenant's own corrections takes. */
const PARTS = 3

type Gold = Pick<CorpusLine, 'text' | 'role' | 'from' | 'context' | 'quote' | 'label'>

function tallyOf(judge: Judge, lines: readonly Gold[]): Tally {
  const tally: Tally = { messages: lines.length, right: 0, wronged: 0 }
  for (const { text, role, from, context, quote, label: gold } of lines) {
    const { label, confidence } = judge.classify({ text, role, from, context, quote })
    if (label === gold) tally.right++
    if (isSubstantive(gold) && !isSubstantive(label) && confidence >= ACT_AT) tally.wronged++
  }
  return tally
}

const add = (a: Tally, b: Tally): Tally => ({
  messages: a.messages + b.messages,
  right: a.right + b.right,
  wronged: a.wronged + b.wronged,
})
const NONE: Tally = { messages: 0, right: 0, wronged: 0 }

/** What speaks against taking a tenant's model: it must wrong nobody more, and be right more often on its own. */
export function objectionsTo({ shippedSet, ownSet }: Pick<TenantReport, 'shippedSet' | 'ownSet'>): string[] {
  const wronged = ({ shipped, tenant }: { shipped: Tally; tenant: Tally }, where: string) =>
    tenant.wronged > shipped.wronged
      ? [`${where}上,会被当作形式处置的工作消息由 ${shipped.wronged} 条增加到 ${tenant.wronged} 条`]
      : []
  const right =
    ownSet && ownSet.tenant.right <= ownSet.shipped.right
      ? [`本单位的更正上,判对 ${ownSet.tenant.right} 条,不多于自带模型的 ${ownSet.shipped.right} 条`]
      : []
  return [...wronged(shippedSet, '自带评测集'), ...(ownSet ? wronged(ownSet, '本单位的更正') : []), ...right]
}

/**
 * Trains a model on the corpus and a tenant's own cases, and compares it with the shipped one: on the evaluation set,
 * and on the tenant's cases by cross-fitting. Takes one training where the evaluation set already speaks against it,
 * else four.
 */
export async function trainTenant(request: TenantTraining): Promise<{ model: Model; report: TenantReport }> {
  const { tenantId, shipped, corpus, evaluation, own, options = {} } = request
  const copies = copiesOf(own.length, corpus.length)
  const parts = partsOf(own, PARTS)
  const trainings = 1 + parts.length
  const trainOn = (cases: readonly OwnCase[], training: number) =>
    train([...corpus, ...tenantLines(cases, tenantId, copies)], {
      ...options,
      onProgress: (done, total, what) =>
        options.onProgress?.(training * total + done, trainings * total, `${training + 1}/${trainings} ${what}`),
    })

  const model = await trainOn(own, 0)
  const shippedSet = { shipped: tallyOf(shipped, evaluation), tenant: tallyOf(createJudge(model), evaluation) }
  const reportOn = (ownSet: TenantReport['ownSet']): TenantReport => {
    const objections = objectionsTo({ shippedSet, ownSet })
    return { taken: objections.length === 0, objections, corrections: own.length, copies, shippedSet, ownSet }
  }
  if (objectionsTo({ shippedSet, ownSet: null }).length > 0) return { model, report: reportOn(null) }

  const ownSet = { parts: parts.length, shipped: NONE, tenant: NONE }
  for (const [index, part] of parts.entries()) {
    const left = new Set(part)
    const judge = createJudge(
      await trainOn(
        own.filter((each) => !left.has(each)),
        index + 1,
      ),
    )
    const golds = part.map(({ seen, label }): Gold => ({ ...seen, context: [...seen.context], label }))
    ownSet.shipped = add(ownSet.shipped, tallyOf(shipped, golds))
    ownSet.tenant = add(ownSet.tenant, tallyOf(judge, golds))
  }
  return { model, report: reportOn(ownSet) }
}
