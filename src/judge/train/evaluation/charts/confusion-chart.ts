import { isSubstantive, LABEL_NAMES, LABELS } from '../../../../domain/label.ts'
import type { Scores } from '../../scores.ts'

const NAMES = 128
const CELL = 66
const ROW = 34
const HEAD = 30
const WIDTH = NAMES + CELL * LABELS.length
const HEIGHT = HEAD + ROW * LABELS.length + 4

/**
 * How often each label was taken for each other one: the deeper, the larger its share of the row. Green is right, amber
 * an error that keeps work and noise apart, red one that does not.
 */
export function confusionChart({ confusion }: Scores): string {
  const heads = LABELS.map((label, k) => {
    const middle = NAMES + (k + 0.5) * CELL
    return `<text class="tick" x="${middle}" y="19" text-anchor="middle">${LABEL_NAMES[label].slice(0, 4)}</text>`
  })
  const rows = LABELS.map((gold, r) => {
    const top = HEAD + r * ROW
    const total = LABELS.reduce((sum, said) => sum + confusion[gold][said], 0)
    const cells = LABELS.map((said, c) => {
      const count = confusion[gold][said]
      const share = total === 0 ? 0 : count / total
      const kind = gold === said ? 'right' : isSubstantive(gold) === isSubstantive(said) ? 'near' : 'far'
      const left = NAMES + c * CELL
      const title = `应为${LABEL_NAMES[gold]},判为${LABEL_NAMES[said]}:${count} 条,${(100 * share).toFixed(1)}%`
      return `<g><title>${title}</title><rect class="cell" x="${left + 1}" y="${top + 1}" width="${CELL - 2}" height="${ROW - 2}" rx="3"/>
<rect class="${kind}" x="${left + 1}" y="${top + 1}" width="${CELL - 2}" height="${ROW - 2}" rx="3" fill-opacity="${(0.85 * Math.sqrt(share)).toFixed(3)}"/>
<text class="${count === 0 ? 'tick' : 'name'}" x="${left + CELL / 2}" y="${top + ROW / 2 + 4.5}" text-anchor="middle">${count === 0 ? '·' : count}</text></g>`
    })
    return `<text class="name" x="${NAMES - 10}" y="${top + ROW / 2 + 4.5}" text-anchor="end">${LABEL_NAMES[gold]}</text>${cells.join('')}`
  })
  return `<svg role="img" aria-label="混淆矩阵" viewBox="0 0 ${WIDTH} ${HEIGHT}">${heads.join('')}${rows.join('')}</svg>`
}
