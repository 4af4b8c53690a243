import { FLAGS, LABEL_NAMES, LABELS } from '../../domain/label.ts'
import type { EvaluationReport } from './evaluation-report.ts'
import type { Scores } from './scores.ts'

const SIDE = 320
const CELL = 62

/** Confidence against the share that was right; the diagonal is a judge that knows what it knows. */
function calibrationPicture({ calibration }: Scores): string {
  const x = (value: number) => (30 + value * (SIDE - 40)).toFixed(1)
  const y = (value: number) => (SIDE - 30 - value * (SIDE - 40)).toFixed(1)
  const points = calibration.filter(({ count }) => count > 0)
  const most = Math.max(1, ...points.map(({ count }) => count))
  const dots = points.map(({ confidence, right, count }) => {
    const radius = (3 + 7 * Math.sqrt(count / most)).toFixed(1)
    return `<circle cx="${x(confidence)}" cy="${y(right)}" r="${radius}"><title>${count} 条</title></circle>`
  })
  return `<svg role="img" aria-label="校准图" viewBox="0 0 ${SIDE} ${SIDE}" width="${SIDE}">
<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#999" stroke-dasharray="4"/>
<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(0)}" stroke="#333"/>
<line x1="${x(0)}" y1="${y(0)}" x2="${x(0)}" y2="${y(1)}" stroke="#333"/>
<g fill="#0052d9">${dots.join('')}</g>
<text x="${x(0.4)}" y="${SIDE - 8}">置信度</text><text x="4" y="${y(1.0)}">判对</text></svg>`
}

/** How often each label was taken for each other one, darker for more of its row. */
function confusionPicture({ confusion }: Scores): string {
  const width = CELL * (LABELS.length + 2)
  const cells = LABELS.flatMap((gold, row) => {
    const total = Math.max(
      1,
      LABELS.reduce((sum, said) => sum + confusion[gold][said], 0),
    )
    const top = (row + 1) * 28
    const head = `<text x="4" y="${top + 19}">${LABEL_NAMES[gold]}</text>`
    const row9 = LABELS.map((said, column) => {
      const count = confusion[gold][said]
      const left = (column + 2) * CELL
      const shade = Math.sqrt(count / total).toFixed(3)
      const fill = gold === said ? '#2ba471' : '#d54941'
      const ink = Number(shade) > 0.6 ? '#fff' : '#333'
      return `<rect x="${left}" y="${top}" width="${CELL - 2}" height="26" fill="${fill}" fill-opacity="${shade}"/>
<text x="${left + CELL / 2}" y="${top + 18}" text-anchor="middle" fill="${ink}">${count}</text>`
    })
    return [head, ...row9]
  })
  const heads = LABELS.map(
    (label, k) => `<text x="${(k + 2.5) * CELL}" y="18" text-anchor="middle">${LABEL_NAMES[label].slice(0, 4)}</text>`,
  )
  return `<svg role="img" aria-label="混淆矩阵" viewBox="0 0 ${width} 290" width="${width}">${heads.join('')}${cells.join('')}</svg>`
}

/** Bars of shares between 0 and 1. */
function bars(title: string, values: readonly (readonly [string, number])[]): string {
  const rows = values.map(([name, value], k) => {
    const top = k * 26
    return `<text x="4" y="${top + 17}">${name}</text>
<rect x="130" y="${top + 3}" width="${(value * 300).toFixed(1)}" height="18" fill="#0052d9" fill-opacity="0.75"/>
<text x="${(136 + value * 300).toFixed(1)}" y="${top + 17}">${value.toFixed(3)}</text>`
  })
  const height = values.length * 26
  return `<h2>${title}</h2><svg role="img" aria-label="${title}" viewBox="0 0 500 ${height}" width="500">${rows.join('')}</svg>`
}

const figures = (name: string, s: Scores): string =>
  `<tr><td>${name}</td><td>${s.lines}</td><td>${s.accuracy.toFixed(3)}</td><td>${s.macroF1.toFixed(3)}</td>
<td>${s.wrongedPerThousand.toFixed(1)}</td><td>${(100 * s.noiseActedOn).toFixed(1)}%</td><td>${(100 * s.sure.right).toFixed(1)}%</td></tr>`

/** The report as a page of its own, pictures inline, nothing fetched. */
export function evaluationPage(report: EvaluationReport): string {
  const { all, isolated, streams, perSource } = report
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>清群判定评测</title>
<style>body{font:15px/1.6 system-ui,sans-serif;max-width:820px;margin:2em auto;padding:0 1em;color:#222}
td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}
svg text{font-size:13px}svg{max-width:100%;height:auto}</style>
<h1>清群判定评测</h1>
<p>${report.lines} 条消息,${report.folds} 折交叉验证,每折整领域留出:每条消息都由没有见过该类单位的模型判定。</p>
<table><tr><th>范围</th><th>条数</th><th>准确率</th><th>宏平均 F1</th><th>每千条工作误处置</th><th>噪声处置率</th><th>0.8 以上判对</th></tr>
${figures('全部', all)}${figures('单条', isolated)}${figures('自然群流', streams)}
${Object.entries(perSource)
  .map(([source, scores]) => figures(source, scores))
  .join('')}</table>
<h2>校准</h2><p>点越贴近虚线,置信度越可信;点的大小是条数。</p>${calibrationPicture(all)}
<h2>混淆矩阵</h2><p>行是应有的类别,列是判定的类别。</p>${confusionPicture(all)}
${bars(
  '各类 F1',
  LABELS.map((label) => [LABEL_NAMES[label], all.f1[label]] as const),
)}
${bars(
  '标志 F1',
  FLAGS.map((flag) => [flag, all.flags[flag]] as const),
)}
</html>
`
}
