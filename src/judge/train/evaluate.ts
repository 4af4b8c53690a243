import { readFileSync } from 'node:fs'
import { CodedError } from '../../domain/errors.ts'
import type { FindDue, Judge } from '../../domain/verdict.ts'
import { BASELINES } from './baselines/baselines.ts'
import { type CorpusLine, readCorpus } from './corpus.ts'
import { scoreDeadlines } from './evaluation/deadlines.ts'
import { judgeLine, OURS, type Said } from './evaluation/learners.ts'
import type { Answer, Order } from './evaluation/order.ts'
import { runOrders } from './evaluation/run-orders.ts'
import type { BaselineReport, CrossValidation, EvaluationReport, TranscriptReport } from './evaluation-report.ts'
import { foldOf } from './prepare.ts'
import { type Judged, scoresOf } from './scores.ts'
import { readTranscriptLines } from './transcript-lines.ts'

export interface ValidationOptions {
  /** Into how many parts the domains are divided; each is judged by a model of the others. 4 unless said otherwise. */
  folds?: number
  seed?: number
  /** Compare with the baselines; they are, unless said otherwise. */
  baselines?: boolean
  /** Told how much of the whole is done, 0 to 1, and what is at work. */
  onProgress?: (share: number, what: string) => void
}

export interface EvaluateRequest extends ValidationOptions {
  corpusDir: string
  /** Labelled transcripts, `*.json`; the shipped judge is measured on them. */
  transcriptsDir: string
  dueFile: string
  /** Loads the shipped judge; may throw MODEL_MISSING or MODEL_CORRUPT. */
  shipped: () => Judge
  findDue: FindDue
}

type Held = Judged & { line: CorpusLine; fold: number }

/** All that is measured: cross-validation, the shipped model on the transcripts, and the reading of deadlines. */
export async function evaluateCorpus(request: EvaluateRequest): Promise<EvaluationReport> {
  const transcripts = orReason(() => judgeTranscripts(request.transcriptsDir, request.shipped()))
  const deadlines = orReason(() => scoreDeadlines(readFileSync(request.dueFile, 'utf8'), request.findDue))
  return { ...(await crossValidate(readCorpus(request.corpusDir), request)), transcripts, deadlines }
}

/** What `measure` gives; a sentence where its files are not there or the model is not right. */
function orReason<T>(measure: () => T): T | string {
  try {
    return measure()
  } catch (error) {
    if (error instanceof CodedError) return `没有测:${error.message}(${error.hint})`
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return `没有测:读不到 ${'path' in error ? error.path : '文件'}`
    throw error
  }
}

function judgeTranscripts(folder: string, judge: Judge): TranscriptReport {
  const judged = readTranscriptLines(folder).map((line) => ({ line, verdict: judgeLine(judge, line) }))
  return {
    model: judge.version,
    all: scoresOf(judged),
    each: [...Map.groupBy(judged, ({ line }) => line.stream ?? '')].map(([name, of]) => ({
      name: name.replace(/\.json$/, ''),
      scores: scoresOf(of),
    })),
  }
}

/** Another division than the one that training makes inside, or its parts would be uneven. */
const outerFold = ({ domain }: CorpusLine, folds: number): number => foldOf({ domain: `outer ${domain}` }, folds)

const isPlain = ({ source }: CorpusLine): boolean => /^(plain|casual)/.test(source)
const inStream = ({ line }: { line: CorpusLine }): boolean => line.stream !== undefined

/** The lines that `isHeld` leaves are learnt, the others judged. */
function split(lines: readonly CorpusLine[], learner: string, seed: number, isHeld: (line: CorpusLine) => boolean) {
  const { held = [], training = [] } = Object.groupBy(lines, (line) => (isHeld(line) ? 'held' : 'training'))
  return { learner, seed, training, held }
}

function pair(order: Order, answer: Answer | undefined, fold: number): Held[] {
  if (answer?.kind !== 'judged') return []
  return order.held.map((line, i) => ({ line, verdict: answer.said[i] as Said, fold }))
}

const threeScores = (judged: readonly Held[]) => ({
  all: scoresOf(judged),
  isolated: scoresOf(judged.filter((one) => !inStream(one))),
  streams: scoresOf(judged.filter(inStream)),
})

/**
 * Cross-validates with whole domains held out, never random lines: a model is trained, calibration included, on all
 * other domains, then judges the held-out ones in their natural context. Baselines learn and judge the same lines, text
 * alone. Then once more with all plain and casual files held out. As many trainings at a time as there are cores.
 */
export async function crossValidate(
  lines: readonly CorpusLine[],
  { folds = 4, seed = 1, baselines = true, onProgress = () => {} }: ValidationOptions,
): Promise<CrossValidation> {
  const chosen = baselines ? BASELINES : []
  const ordersOf = (learner: string): Order[] =>
    Array.from({ length: folds }, (_, fold) => split(lines, learner, seed, (line) => outerFold(line, folds) === fold))
  const plain = split(lines, OURS, seed, isPlain)
  const hasPlain = plain.held.length > 0 && plain.training.length > 0
  const orders = [OURS, ...chosen.map(({ id }) => id)].flatMap(ordersOf)
  if (hasPlain) orders.push(plain)
  const names = new Map([[OURS, '清群'], ...chosen.map(({ id, name }): [string, string] => [id, name])])
  const answers = await runOrders(orders, (share, underway) =>
    onProgress(share, share === 1 ? '完成' : `训练和判定 ${underway.map((id) => names.get(id) ?? id).join('、')}`),
  )

  const heldBy = (at: number): Held[] =>
    Array.from({ length: folds }, (_, fold) => pair(orders[at + fold] as Order, answers[at + fold], fold)).flat()
  const judged = heldBy(0)
  const reports = chosen.map(({ name, note }, k): BaselineReport => {
    const at = (k + 1) * folds
    const mine = answers.slice(at, at + folds)
    const absent = mine.find((answer) => answer.kind === 'absent')
    const seconds = (pick: 'trainSeconds' | 'judgeSeconds') =>
      mine.reduce((sum, answer) => sum + (answer.kind === 'judged' ? answer[pick] : 0), 0)
    return {
      name,
      note,
      scores: absent === undefined ? threeScores(heldBy(at)) : null,
      absent: absent?.reason ?? null,
      trainSeconds: seconds('trainSeconds'),
      judgeSeconds: seconds('judgeSeconds'),
    }
  })
  return {
    lines: lines.length,
    folds,
    perFold: Array.from({ length: folds }, (_, fold) => {
      const { isolated, streams } = threeScores(judged.filter((one) => one.fold === fold))
      return { isolated: isolated.macroF1, streams: streams.macroF1 }
    }),
    ...threeScores(judged),
    perSource: Object.fromEntries(
      [...Map.groupBy(judged, ({ line }) => line.source)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([source, of]) => [source, scoresOf(of)]),
    ),
    plain: hasPlain ? scoresOf(pair(plain, answers.at(-1), 0)) : null,
    baselines: reports,
  }
}
