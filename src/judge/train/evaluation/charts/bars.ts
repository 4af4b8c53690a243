import { escapeHtml } from './escape-html.ts'

const WIDTH = 760
const LEFT = 210
const SPAN = 470
const ROW = 28
const AXIS = 22

/** One bar: a share between 0 and 1, with marks on it that the legend explains. */
export interface Bar {
  name: string
  value: number
  /** What is written behind the bar; the value itself unless given. */
  said?: string
  tone?: 'ours' | 'other' | 'good' | 'bad'
  /** A share that the bar should reach, as a line across it. */
  wanted?: number
  /** Further shares of the same thing, e.g. precision and recall. */
  dots?: readonly { value: number; kind: 'first' | 'second'; title: string }[]
}

const x = (share: number): string => (LEFT + Math.max(0, Math.min(1, share)) * SPAN).toFixed(1)

function row({ name, value, said, tone = 'ours', wanted, dots = [] }: Bar, k: number): string {
  const top = k * ROW
  const middle = top + ROW / 2
  const line =
    wanted === undefined
      ? ''
      : `<line class="wanted" x1="${x(wanted)}" x2="${x(wanted)}" y1="${top + 2}" y2="${top + ROW - 2}"><title>目标 ${wanted}</title></line>`
  const marks = dots.map(
    (dot) =>
      `<circle class="dot ${dot.kind}" cx="${x(dot.value)}" cy="${middle}" r="4"><title>${dot.title} ${dot.value.toFixed(3)}</title></circle>`,
  )
  return `<text class="name" x="${LEFT - 10}" y="${middle + 4.5}" text-anchor="end">${escapeHtml(name)}</text>
<rect class="track" x="${LEFT}" y="${top + 7}" width="${SPAN}" height="${ROW - 14}" rx="3"/>
<rect class="bar ${tone}" x="${LEFT}" y="${top + 7}" width="${(Math.max(0, Math.min(1, value)) * SPAN).toFixed(1)}" height="${ROW - 14}" rx="3"/>
${line}${marks.join('')}<text class="value" x="${LEFT + SPAN + 14}" y="${middle + 4.5}">${escapeHtml(said ?? value.toFixed(3))}</text>`
}

/** Horizontal bars of shares on one scale from 0 to 1. */
export function bars(label: string, rows: readonly Bar[]): string {
  const bottom = rows.length * ROW
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line class="grid" x1="${x(share)}" x2="${x(share)}" y1="0" y2="${bottom}"/><text class="tick" x="${x(share)}" y="${bottom + 16}" text-anchor="middle">${share}</text>`,
  )
  return `<svg role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${WIDTH} ${bottom + AXIS}">${ticks.join('')}
${rows.map(row).join('\n')}</svg>`
}
