import { FLAGS, LABEL_NAMES, LABELS } from '../../domain/label.ts'
import { columns } from './evaluation/columns.ts'
import { targetsOf, verdictOf } from './evaluation/targets.ts'
import type { BaselineReport, EvaluationReport } from './evaluation-report.ts'
import type { Rates, Scores } from './scores.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
const three = (value: number): string => value.toFixed(3)
const one = (value: number): string => value.toFixed(1)

/** Of verdicts that may be acted on, how many were right; a dash where there are none. */
const sureRight = ({ sure }: Scores): string => (sure.share === 0 ? '—' : percent(sure.right))

const SCORE_HEADS = [
  '',
  '条数',
  '准确率',
  '宏平均F1',
  '误处置/千',
  '误判噪声/千',
  '噪声处置',
  '噪声识别',
  '≥0.8占',
  '≥0.8判对',
]
const scoreRow = (name: string, s: Scores): string[] => [
  name,
  String(s.lines),
  three(s.accuracy),
  three(s.macroF1),
  one(s.wrongedPerThousand),
  one(s.calledNoisePerThousand),
  percent(s.noiseActedOn),
  percent(s.noiseFound),
  percent(s.sure.share),
  sureRight(s),
]

const RATE_HEADS = ['', '条数', '精确率', '召回率', 'F1']
const rateRow = (name: string, { gold, precision, recall, f1 }: Rates): string[] => [
  name,
  String(gold),
  three(precision),
  three(recall),
  three(f1),
]

function targetLines(report: EvaluationReport): string[] {
  const rows = targetsOf(report).map((target) => [
    target.what,
    target.value.toFixed(target.digits),
    `${target.bound === 'least' ? '≥' : '≤'} ${target.wanted.toFixed(target.digits)}`,
    verdictOf(target),
  ])
  return ['指标与目标:', ...columns([['', '结果', '目标', ''], ...rows])]
}

function scoreLines(report: EvaluationReport): string[] {
  const { all, isolated, streams, plain, transcripts, perSource, perFold } = report
  const rows = [scoreRow('全部', all), scoreRow('单条', isolated), scoreRow('自然群流', streams)]
  if (plain !== null) rows.push(scoreRow('平实语料整体留出', plain))
  if (typeof transcripts !== 'string') rows.push(scoreRow('群聊记录(随附模型)', transcripts.all))
  return [
    '总表(误处置:工作消息以 0.8 以上的置信度被当作噪声,每千条工作消息):',
    ...columns([SCORE_HEADS, ...rows]),
    `各折宏平均 F1(单条 / 群流):${perFold.map((f) => `${three(f.isolated)} / ${three(f.streams)}`).join(',')}`,
    `对照句:${all.pairs} 对,两句都对 ${all.pairsRight === null ? '—' : percent(all.pairsRight)}`,
    '各语料:',
    ...columns([SCORE_HEADS, ...Object.entries(perSource).map(([source, s]) => scoreRow(source, s))]),
  ]
}

function transcriptLines({ transcripts }: EvaluationReport): string[] {
  if (typeof transcripts === 'string') return [`群聊记录:${transcripts}`]
  const rows = transcripts.each.map(({ name, scores }) => scoreRow(name, scores))
  return [`群聊记录(从未参加训练;随附模型 ${transcripts.model}):`, ...columns([SCORE_HEADS, ...rows])]
}

function deadlineLines({ deadlines }: EvaluationReport): string[] {
  if (typeof deadlines === 'string') return [`时限:${deadlines}`]
  const { messages, exact, invented, without, kinds } = deadlines
  const byKind = kinds.map(({ name, right, of }) => `${name} ${right}/${of}`)
  return [
    `时限(${messages} 条):读对 ${percent(exact)};本无时限的 ${without} 条中读出 ${invented} 条`,
    `  ${byKind.join(',')}`,
  ]
}

function baselineRow({ name, scores, trainSeconds, judgeSeconds }: BaselineReport): string[] {
  if (scores === null) return [name, '没有运行']
  const { all, isolated, streams } = scores
  return [
    name,
    three(all.accuracy),
    three(all.macroF1),
    three(isolated.macroF1),
    three(streams.macroF1),
    one(all.wrongedPerThousand),
    percent(all.noiseActedOn),
    sureRight(all),
    all.pairsRight === null ? '—' : percent(all.pairsRight),
    `${one(trainSeconds)}s`,
    `${one(judgeSeconds)}s`,
  ]
}

function baselineLines(report: EvaluationReport): string[] {
  const { baselines, folds } = report
  if (baselines.length === 0) return ['基线:这次没有运行']
  const heads = [
    '',
    '准确率',
    '宏平均F1',
    '单条F1',
    '群流F1',
    '误处置/千',
    '噪声处置',
    '≥0.8判对',
    '对照句',
    '训练',
    '判定',
  ]
  const ours = { name: '清群', note: '', scores: report, absent: null, trainSeconds: 0, judgeSeconds: 0 }
  return [
    `基线(同样的 ${folds} 折,同样的留出消息;只看消息原文,没有前文;时间为单核合计):`,
    ...columns([heads, [...baselineRow(ours).slice(0, -2), '', ''], ...baselines.map(baselineRow)]),
    ...baselines.map(({ name, note, absent }) => `  ${name}:${absent === null ? note : `没有运行:${absent}`}`),
  ]
}

function confusionLines({ confusion }: Scores): string[] {
  const short = LABELS.map((label) => LABEL_NAMES[label].slice(0, 4))
  const rows = LABELS.map((gold) => [LABEL_NAMES[gold], ...LABELS.map((said) => String(confusion[gold][said]))])
  return ['混淆矩阵(行是应有的类别,列是判定的类别):', ...columns([['', ...short], ...rows])]
}

function calibrationLines({ calibration, calibrationError }: Scores): string[] {
  const rows = calibration.map(({ from, count, confidence, right }) => [
    `${from.toFixed(1)} 起`,
    String(count),
    three(confidence),
    three(right),
  ])
  return [`校准(平均偏差 ${three(calibrationError)}):`, ...columns([['置信度', '条数', '平均置信度', '判对'], ...rows])]
}

/** The report as an admin or developer reads it in a terminal. */
export function formatEvaluation(report: EvaluationReport): string {
  const { all, lines, folds } = report
  return [
    [`交叉验证:${lines} 条,${folds} 折,每折整领域留出`],
    targetLines(report),
    scoreLines(report),
    transcriptLines(report),
    deadlineLines(report),
    baselineLines(report),
    ['各类:', ...columns([RATE_HEADS, ...LABELS.map((label) => rateRow(LABEL_NAMES[label], all.labels[label]))])],
    ['标志:', ...columns([RATE_HEADS, ...FLAGS.map((flag) => rateRow(flag, all.flags[flag]))])],
    calibrationLines(all),
    confusionLines(all),
  ]
    .map((section) => section.join('\n'))
    .join('\n\n')
}
