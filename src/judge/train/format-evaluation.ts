import { FLAGS, LABEL_NAMES, LABELS } from '../../domain/label.ts'
import type { EvaluationReport } from './evaluation-report.ts'
import type { Scores } from './scores.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
const three = (value: number): string => value.toFixed(3)

const summary = (name: string, s: Scores): string =>
  [
    `${name}:${s.lines} 条,准确率 ${three(s.accuracy)},宏平均 F1 ${three(s.macroF1)}`,
    `  每千条工作消息误判为噪声 ${s.calledNoisePerThousand.toFixed(1)},其中达到处置置信度 ${s.wrongedPerThousand.toFixed(1)}`,
    `  噪声识别 ${percent(s.noiseFound)},达到处置置信度 ${percent(s.noiseActedOn)}`,
    `  置信度 0.8 以上占 ${percent(s.sure.share)},其中判对 ${percent(s.sure.right)}`,
  ].join('\n')

function confusionTable({ confusion }: Scores): string {
  const rows = LABELS.map((gold) =>
    [gold.padEnd(9), ...LABELS.map((said) => String(confusion[gold][said]).padStart(9))].join(''),
  )
  return [['应为\\判为 '.padEnd(6), ...LABELS.map((label) => label.padStart(9))].join(''), ...rows].join('\n')
}

/** The report as an admin or developer reads it in a terminal. */
export function formatEvaluation(report: EvaluationReport): string {
  const { all, isolated, streams, perFold, perSource } = report
  const pairs = all.pairsRight === null ? [] : [`对照句两句都对 ${percent(all.pairsRight)}`]
  return [
    `交叉验证:${report.lines} 条,${report.folds} 折,每折整领域留出`,
    summary('全部', all),
    summary('单条', isolated),
    summary('自然群流', streams),
    `各折宏平均 F1(单条 / 群流):${perFold.map((f) => `${three(f.isolated)} / ${three(f.streams)}`).join(',')}`,
    ...pairs,
    `各类 F1:${LABELS.map((label) => `${LABEL_NAMES[label]} ${three(all.f1[label])}`).join(',')}`,
    `标志 F1:${FLAGS.map((flag) => `${flag} ${three(all.flags[flag])}`).join(',')}`,
    '各语料准确率:',
    ...Object.entries(perSource).map(([source, s]) => `  ${source.padEnd(12)} ${three(s.accuracy)}  (${s.lines} 条)`),
    '校准(置信度区间:条数,平均置信度,判对):',
    ...all.calibration.map(
      ({ from, count, confidence, right }) => `  ${from.toFixed(1)} 起:${count},${three(confidence)},${three(right)}`,
    ),
    '混淆矩阵:',
    confusionTable(all),
  ].join('\n')
}
