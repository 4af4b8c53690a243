import { FLAGS } from '../../../domain/label.ts'
import type { EvaluationReport } from '../evaluation-report.ts'

/** A figure next to what it should be. */
export interface Target {
  what: string
  value: number
  wanted: number
  /** `least`: the figure should be at least `wanted`; `most`: at most. */
  bound: 'least' | 'most'
  /** Digits to show after the point. */
  digits: number
  reached: boolean
}

const target = (what: string, bound: Target['bound'], wanted: number, value: number, digits = 3): Target => ({
  what,
  value,
  wanted,
  bound,
  digits,
  reached: bound === 'least' ? value >= wanted : value <= wanted,
})

/** The figures that are promised, each next to what it should be; those that could not be measured are left out. */
export function targetsOf(report: EvaluationReport): Target[] {
  const { all, isolated, streams, plain, transcripts, deadlines, baselines } = report
  const rivals = baselines.flatMap(({ scores }) => (scores === null ? [] : [scores.all.macroF1]))
  return [
    target('单条消息,宏平均 F1', 'least', 0.92, isolated.macroF1),
    ...(streams.lines > 0 ? [target('自然群流,宏平均 F1', 'least', 0.9, streams.macroF1)] : []),
    ...(typeof transcripts === 'string'
      ? []
      : [target('五份群聊记录(随附模型),准确率', 'least', 0.92, transcripts.all.accuracy)]),
    target('每千条工作消息误处置', 'most', 2, all.wrongedPerThousand, 1),
    target('噪声正确处置', 'least', 0.7, all.noiseActedOn),
    target('置信度 0.8 以上判对', 'least', 0.97, all.sure.right),
    ...(plain === null
      ? []
      : [
          target('平实语料整体留出,准确率', 'least', 0.85, plain.accuracy),
          target('平实语料整体留出,每千条误处置', 'most', 3, plain.wrongedPerThousand, 1),
        ]),
    ...(all.pairsRight === null ? [] : [target('对照句两句都对', 'least', 0.7, all.pairsRight)]),
    ...FLAGS.map((flag) => target(`标志 ${flag},F1`, 'least', 0.9, all.flags[flag].f1)),
    ...(typeof deadlines === 'string'
      ? []
      : [
          target('时限读对', 'least', 0.97, deadlines.exact),
          // One in fifty, and of a few still one.
          target(
            `${deadlines.without} 条没有时限,读出时限的`,
            'most',
            Math.ceil(deadlines.without / 50),
            deadlines.invented,
            0,
          ),
        ]),
    ...(rivals.length > 0
      ? [target('全部消息宏平均 F1,不低于最好的基线', 'least', Math.max(...rivals), all.macroF1)]
      : []),
  ]
}

/** How far a figure is from what it should be: 「达到」, or by how much it falls short or is too many. */
export function verdictOf({ value, wanted, bound, digits, reached }: Target): string {
  if (reached) return '达到'
  return bound === 'least' ? `差 ${(wanted - value).toFixed(digits)}` : `多 ${(value - wanted).toFixed(digits)}`
}
