import type { Scores } from '../../scores.ts'

const SIDE = 360
const LEFT = 48
const TOP = 12
const PLOT = SIDE - LEFT - 14
/** Between the axis and the tallest column, and the height of that column. */
const GAP = 24
const HISTOGRAM = 64
const HEIGHT = TOP + PLOT + GAP + HISTOGRAM + 40

const x = (share: number): number => LEFT + share * PLOT
const y = (share: number): number => TOP + (1 - share) * PLOT
const at = (value: number): string => value.toFixed(1)

/** Confidence against the share that was right, and how many verdicts there are of each; the diagonal is perfect. */
export function calibrationChart({ calibration }: Scores): string {
  const bins = calibration.filter(({ count }) => count > 0)
  const most = Math.max(1, ...bins.map(({ count }) => count))
  const path = bins.map(({ confidence, right }, k) => `${k === 0 ? 'M' : 'L'}${at(x(confidence))} ${at(y(right))}`)
  const dots = bins.map(
    ({ confidence, right, count }) =>
      `<circle class="dot ours" cx="${at(x(confidence))}" cy="${at(y(right))}" r="5"><title>置信度 ${confidence.toFixed(3)},判对 ${right.toFixed(3)},${count} 条</title></circle>`,
  )
  const base = TOP + PLOT + GAP + HISTOGRAM
  const columns = bins.map(({ from, count }) => {
    const height = (count / most) * HISTOGRAM
    const middle = x(from + 0.05)
    return `<rect class="bar ours" x="${at(x(from) + 2)}" y="${at(base - height)}" width="${at(PLOT / 10 - 4)}" height="${at(height)}" rx="2"/>
<text class="tick" x="${at(middle)}" y="${base + 15}" text-anchor="middle">${count}</text>`
  })
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (share) => `<line class="grid" x1="${at(x(share))}" x2="${at(x(share))}" y1="${TOP}" y2="${at(y(0))}"/>
<line class="grid" x1="${at(x(0))}" x2="${at(x(1))}" y1="${at(y(share))}" y2="${at(y(share))}"/>
<text class="tick" x="${LEFT - 8}" y="${at(y(share) + 4)}" text-anchor="end">${share}</text>
<text class="tick" x="${at(x(share))}" y="${at(y(0) + 13)}" text-anchor="middle">${share}</text>`,
  )
  return `<svg class="square" role="img" aria-label="校准图" viewBox="0 0 ${SIDE} ${HEIGHT}">${ticks.join('')}
<rect class="zone" x="${at(x(0.8))}" y="${TOP}" width="${at(PLOT * 0.2)}" height="${PLOT}"><title>可以据以行动的置信度</title></rect>
<line class="diagonal" x1="${at(x(0))}" y1="${at(y(0))}" x2="${at(x(1))}" y2="${at(y(1))}"/>
<path class="curve" d="${path.join('')}"/>${dots.join('')}${columns.join('')}
<text class="tick" x="${at(x(0.5))}" y="${HEIGHT - 6}" text-anchor="middle">置信度(下:各区间条数)</text>
<text class="tick" transform="rotate(-90)" x="${-at(TOP + PLOT / 2)}" y="12" text-anchor="middle">判对的比例</text></svg>`
}
