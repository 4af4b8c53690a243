import { FLAGS, LABEL_NAMES, LABELS } from '../../domain/label.ts'
import { type Bar, bars } from './evaluation/charts/bars.ts'
import { calibrationChart } from './evaluation/charts/calibration-chart.ts'
import { confusionChart } from './evaluation/charts/confusion-chart.ts'
import { escapeHtml } from './evaluation/charts/escape-html.ts'
import { PAGE_STYLE } from './evaluation/page-style.ts'
import { type Target, targetsOf, verdictOf } from './evaluation/targets.ts'
import type { BaselineReport, EvaluationReport } from './evaluation-report.ts'
import type { Rates, Scores } from './scores.ts'

const three = (value: number): string => value.toFixed(3)
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

const sureRight = ({ sure }: Scores): string => (sure.share === 0 ? '—' : percent(sure.right))

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</table>`

const part = (title: string, lead: string, ...content: readonly string[]): string =>
  `<h2>${title}</h2>${lead === '' ? '' : `<p>${lead}</p>`}<section>${content.join('\n')}</section>`

const legend = (...keys: readonly (readonly [colour: string, words: string])[]): string =>
  `<div class="legend">${keys.map(([colour, words]) => `<span><i style="background:var(--${colour})"></i>${words}</span>`).join('')}</div>`

const SCORE_HEADS = ['范围', '条数', '准确率', '宏平均 F1', '每千条误处置', '噪声处置', '0.8 以上', '其中判对']
const scoreRow = (name: string, s: Scores): string[] => [
  escapeHtml(name),
  String(s.lines),
  three(s.accuracy),
  three(s.macroF1),
  s.wrongedPerThousand.toFixed(1),
  percent(s.noiseActedOn),
  percent(s.sure.share),
  sureRight(s),
]

function targetRow(target: Target): string[] {
  const { what, value, wanted, bound, digits, reached } = target
  const chip = `<span class="chip ${reached ? 'good' : 'bad'}">${verdictOf(target)}</span>`
  return [what, value.toFixed(digits), `${bound === 'least' ? '≥' : '≤'} ${wanted.toFixed(digits)}`, chip]
}

const isShare = ({ bound, wanted }: Target): boolean => bound === 'least' && wanted <= 1

function targetPart(report: EvaluationReport): string {
  const targets = targetsOf(report)
  const reached = targets.filter((target) => target.reached).length
  return part(
    '指标与目标',
    `${targets.length} 项中达到 ${reached} 项。竖线是目标。`,
    bars(
      '各项指标与目标',
      targets.filter(isShare).map(
        (target): Bar => ({
          name: target.what.replace('全部消息宏平均 F1,', '全部 F1,').replace('(随附模型)', ''),
          value: target.value,
          wanted: target.wanted,
          tone: target.reached ? 'good' : 'bad',
        }),
      ),
    ),
    `<details open><summary>全部数字</summary>${table(['指标', '结果', '目标', ''], targets.map(targetRow))}</details>`,
  )
}

function baselinePart(report: EvaluationReport): string {
  const { baselines, folds } = report
  if (baselines.length === 0) return ''
  const ours: BaselineReport = {
    name: '清群',
    note: '',
    scores: report,
    absent: null,
    trainSeconds: 0,
    judgeSeconds: 0,
  }
  const run = [ours, ...baselines].flatMap(({ name, scores }) => (scores === null ? [] : [{ name, scores }]))
  const rows = run.map(({ name, scores: { all, isolated, streams } }) => [
    escapeHtml(name),
    three(all.accuracy),
    three(all.macroF1),
    three(isolated.macroF1),
    three(streams.macroF1),
    all.wrongedPerThousand.toFixed(1),
    percent(all.noiseActedOn),
    sureRight(all),
    all.pairsRight === null ? '—' : percent(all.pairsRight),
  ])
  const heads = ['', '准确率', '宏平均 F1', '单条 F1', '群流 F1', '每千条误处置', '噪声处置', '0.8 以上判对', '对照句']
  const notes = baselines.map(
    ({ name, note, absent }) => `<li>${escapeHtml(`${name}:${absent === null ? note : `没有运行:${absent}`}`)}</li>`,
  )
  return part(
    '与基线相比',
    `同样的 ${folds} 折,同样的留出消息。基线只看消息原文。图为全部消息的宏平均 F1。`,
    bars(
      '各方法的宏平均 F1',
      run.map(({ name, scores }, k): Bar => ({ name, value: scores.all.macroF1, tone: k === 0 ? 'ours' : 'other' })),
    ),
    table(heads, rows),
    `<ul>${notes.join('')}</ul>`,
  )
}

function ratesPart(title: string, lead: string, rows: readonly (readonly [string, Rates])[], wanted?: number): string {
  return part(
    title,
    lead,
    legend(['ours', 'F1'], ['first', '精确率'], ['second', '召回率']),
    bars(
      title,
      rows.map(
        ([name, { gold, f1, precision, recall }]): Bar => ({
          name: `${name} (${gold})`,
          value: f1,
          ...(wanted === undefined ? {} : { wanted }),
          dots: [
            { value: precision, kind: 'first', title: '精确率' },
            { value: recall, kind: 'second', title: '召回率' },
          ],
        }),
      ),
    ),
    `<details><summary>全部数字</summary>${table(
      ['', '条数', '精确率', '召回率', 'F1'],
      rows.map(([name, r]) => [name, String(r.gold), three(r.precision), three(r.recall), three(r.f1)]),
    )}</details>`,
  )
}

function overviewPart(report: EvaluationReport): string {
  const { all, isolated, streams, plain, transcripts, perFold } = report
  const rows = [scoreRow('全部', all), scoreRow('单条', isolated), scoreRow('自然群流', streams)]
  if (plain !== null) rows.push(scoreRow('平实语料整体留出', plain))
  if (typeof transcripts !== 'string') rows.push(scoreRow('群聊记录(随附模型)', transcripts.all))
  const folds = perFold.map((fold) => `${three(fold.isolated)} / ${three(fold.streams)}`).join(',')
  const lead = `误处置:工作消息以 0.8 以上的置信度被当作噪声。各折宏平均 F1(单条 / 群流):${folds}。`
  return part('总表', lead, table(SCORE_HEADS, rows))
}

function sourcePart({ perSource }: EvaluationReport): string {
  const sources = Object.entries(perSource)
  return part(
    '各语料',
    '准确率,由低到高。',
    bars(
      '各语料准确率',
      sources
        .toSorted(([, a], [, b]) => a.accuracy - b.accuracy)
        .map(([name, { accuracy, lines }]): Bar => ({ name: `${name} (${lines})`, value: accuracy })),
    ),
    `<details><summary>全部数字</summary>${table(
      SCORE_HEADS,
      sources.map(([name, scores]) => scoreRow(name, scores)),
    )}</details>`,
  )
}

function transcriptPart({ transcripts }: EvaluationReport): string {
  if (typeof transcripts === 'string') return part('群聊记录', '', escapeHtml(transcripts))
  const rows = transcripts.each.map(({ name, scores }) => scoreRow(name, scores))
  const lead = `从未参加训练,按原来的先后判断;随附模型 ${escapeHtml(transcripts.model)}。`
  return part('群聊记录', lead, table(SCORE_HEADS, [...rows, scoreRow('合计', transcripts.all)]))
}

function deadlinePart({ deadlines }: EvaluationReport): string {
  if (typeof deadlines === 'string') return part('时限', '', escapeHtml(deadlines))
  const { messages, exact, invented, without, kinds } = deadlines
  const rows = kinds.map(
    ({ name, right, of }): Bar => ({ name, value: of === 0 ? 0 : right / of, said: `${right}/${of}` }),
  )
  const lead = `${messages} 条中读对 ${percent(exact)};本无时限的 ${without} 条中读出 ${invented} 条。`
  return part('时限', lead, bars('各类时限读对的比例', rows))
}

/** The report as a page of its own, pictures inline, nothing fetched. */
export function evaluationPage(report: EvaluationReport): string {
  const { all, lines, folds } = report
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>清群判定评测</title><style>${PAGE_STYLE}</style></head><body>
<h1>清群判定评测</h1>
<p>${lines} 条消息,${folds} 折交叉验证,每折整领域留出:每条消息都由没有见过该类单位的模型判定。</p>
${targetPart(report)}
${overviewPart(report)}
${baselinePart(report)}
${part(
  '校准',
  `点越贴近虚线,置信度越可信;平均偏差 ${three(all.calibrationError)}。绿色区域的判断才可能据以行动。`,
  calibrationChart(all),
)}
${part(
  '混淆矩阵',
  '行是应有的类别,列是判定的类别。',
  legend(['good', '判对'], ['near', '工作之间或噪声之间混淆'], ['bad', '工作与噪声混淆']),
  confusionChart(all),
)}
${ratesPart(
  '各类',
  '括号内为条数。',
  LABELS.map((label) => [LABEL_NAMES[label], all.labels[label]] as const),
)}
${ratesPart(
  '标志',
  '括号内为条数;竖线是目标。',
  FLAGS.map((flag) => [flag, all.flags[flag]] as const),
  0.9,
)}
${sourcePart(report)}
${transcriptPart(report)}
${deadlinePart(report)}
</body></html>
`
}
