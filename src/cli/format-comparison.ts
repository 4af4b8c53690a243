import type { Tally, TenantReport } from '../judge/train/tenant.ts'

const line = (name: string, { messages, right, wronged }: Tally): string => {
  const share = messages === 0 ? 0 : (100 * right) / messages
  return `  ${name}  判对 ${right}/${messages} (${share.toFixed(1)}%)  误作形式处置的工作消息 ${wronged} 条`
}

/** The comparison of a tenant's model with the shipped one, for people. */
export function formatComparison({ corrections, copies, shippedSet, ownSet, objections }: TenantReport): string {
  return [
    `加上 ${corrections} 条更正(每条计 ${copies} 遍)训练的模型,与自带模型相比:`,
    '自带评测集(两个模型都没有学过)',
    line('自带', shippedSet.shipped),
    line('新的', shippedSet.tenant),
    ...(ownSet
      ? [
          `本单位的更正(分 ${ownSet.parts} 份,每份由没有学过它的模型判断)`,
          line('自带', ownSet.shipped),
          line('新的', ownSet.tenant),
        ]
      : []),
    ...objections.map((objection) => `不采用: ${objection}。`),
  ].join('\n')
}
