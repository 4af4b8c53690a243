import { FLAGS, LABELS } from '../../domain/label.ts'
import type { Role } from '../../domain/message.ts'
import type { JudgeInput } from '../../domain/verdict.ts'
import { buildDictionary, type Dictionary } from '../dictionary.ts'
import { createFeatureReader } from '../features.ts'
import type { CorpusLine } from './corpus.ts'
import type { FirstExample } from './learning.ts'
import { createRandom } from './random.ts'

/** How many of the most widespread characters count as general; all others carry the matter of a message. */
const GENERAL = 300

/** The characters that occur in most kinds of organisation, most widespread first. */
export function generalCharacters(lines: readonly CorpusLine[]): string {
  const domains = new Map<string, Set<string>>()
  for (const { text, domain } of lines) {
    for (const char of new Set(text)) {
      if (char < '\u4e00' || char > '\u9fff') continue
      const seen = domains.get(char)
      if (seen === undefined) domains.set(char, new Set([domain]))
      else seen.add(domain)
    }
  }
  const byReach = [...domains].sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1))
  return byReach
    .slice(0, GENERAL)
    .map(([char]) => char)
    .join('')
}

/** A feature is learnt only if it was met in this many domains of files. */
const LEAST_DOMAINS = 3

/** The features that are worth a row of weights: those met in several domains, most widespread first. */
export function learnDictionary(lines: readonly CorpusLine[], general: string): Dictionary {
  const read = createFeatureReader({ general })
  const reach = new Map<number, number>()
  for (const group of Map.groupBy(lines, ({ source, domain }) => `${source} ${domain}`).values()) {
    const met = new Set<number>()
    const note = (text: string, role: Role): void => {
      const { rows, count } = read(text, role)
      for (let i = 0; i < count; i++) met.add(rows[i] ?? 0)
    }
    for (const { text, role, context } of group) {
      note(text, role)
      const asked = context.at(-1)
      if (asked !== undefined) note(asked.text, asked.role)
    }
    for (const hash of met) reach.set(hash, (reach.get(hash) ?? 0) + 1)
  }
  const kept = [...reach].filter(([, count]) => count >= LEAST_DOMAINS).sort(([a, x], [b, y]) => y - x || a - b)
  return buildDictionary(kept.map(([hash]) => hash))
}

/** Bits of the flags of a line, in the order of `FLAGS`. */
export const flagBits = ({ flags }: CorpusLine): number =>
  flags.reduce((bits, flag) => bits | (1 << FLAGS.indexOf(flag)), 0)

/** What the first stage learns from lines: each text's own label and flags, and what its predecessor was answered with. */
export function firstExamples(
  lines: readonly CorpusLine[],
  read: ReturnType<typeof createFeatureReader>,
): FirstExample[] {
  const memo = new Map<string, Int32Array>()
  const rowsOf = (text: string, role: Role | undefined): Int32Array => {
    const key = `${role} ${text}`
    const known = memo.get(key)
    if (known !== undefined) return known
    const features = read(text, role)
    const rows = features.rows.slice(0, features.count)
    memo.set(key, rows)
    return rows
  }
  return lines.flatMap((line, index) => {
    const label = LABELS.indexOf(line.label)
    const own = { rows: rowsOf(line.text, line.role), label, flags: flagBits(line), reply: -1, weight: 1 }
    // Every other line is also learnt without its speaker's role, which in some files says too much.
    const found = index % 2 === 0 ? [own, { ...own, rows: rowsOf(line.text, undefined), weight: 0.3 }] : [own]
    const last = line.context.at(-1)
    const asked = line.quote ?? last?.text
    if (asked === undefined) return found
    const role = line.context.findLast(({ text }) => text === asked)?.role
    // What merely stood before it in a stream says less about a message than what it quotes.
    const weight = line.stream !== undefined && line.quote === undefined ? 0.5 : 1
    return [...found, { rows: rowsOf(asked, role), label: -1, flags: 0, reply: label, weight }]
  })
}

/** A line with one of the contexts it may be met in. */
export interface Situation {
  line: CorpusLine
  kind: 'natural' | 'mixed' | 'dropped'
  context: JudgeInput['context']
  quote: string | undefined
  weight: number
}

/**
 * The contexts that each line is learnt in: as it stands; with other messages of its domain around the chosen ones,
 * as in a live group; and with none, as right after the bot joined.
 */
export function situations(lines: readonly CorpusLine[], seed: number): Situation[] {
  const random = createRandom(seed)
  const peers = Map.groupBy(lines, (line) => `${line.source} ${line.domain}`)
  return lines.flatMap((line) => {
    const found: Situation[] = [{ line, kind: 'natural', context: line.context, quote: line.quote, weight: 1 }]
    if (line.stream === undefined) {
      const others = peers.get(`${line.source} ${line.domain}`) ?? [line]
      const pick = () => others[Math.floor(random() * others.length)] ?? line
      const strangers = Array.from({ length: 4 }, pick)
        .filter((other) => other !== line)
        .map(({ role, text }) => ({ role, text }))
      const after = Math.floor(random() * 3)
      const cut = Math.max(0, strangers.length - after)
      const context = [...strangers.slice(0, cut), ...line.context, ...strangers.slice(cut)]
      found.push({ line, kind: 'mixed', context, quote: undefined, weight: 0.6 })
    }
    if (line.context.length > 0) found.push({ line, kind: 'dropped', context: [], quote: undefined, weight: 0.3 })
    return found
  })
}

/** The fold of a line, 0 to `folds` - 1: all lines of a domain are in one fold, whatever file they are of. */
export function foldOf({ domain }: Pick<CorpusLine, 'domain'>, folds: number): number {
  let hash = 7
  for (let i = 0; i < domain.length; i++) hash = (Math.imul(hash, 31) + domain.charCodeAt(i)) | 0
  hash = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1)
  return ((hash ^ (hash >>> 13)) >>> 3) % folds
}
