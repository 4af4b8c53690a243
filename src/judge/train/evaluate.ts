import { writeFileSync } from 'node:fs'
import type { Judge } from '../../domain/verdict.ts'
import { createJudge } from '../judge.ts'
import { type CorpusLine, readCorpus } from './corpus.ts'
import { evaluationPage } from './evaluation-page.ts'
import type { EvaluationReport } from './evaluation-report.ts'
import { foldOf } from './prepare.ts'
import { type Judged, scoresOf } from './scores.ts'
import { train } from './train.ts'

export type { EvaluationReport } from './evaluation-report.ts'
export { formatEvaluation } from './format-evaluation.ts'

/** Judges a line with what was said before it. */
const judgeLine = (judge: Judge, { text, role, from, context, quote }: CorpusLine) =>
  judge.classify({
    text,
    role,
    context,
    ...(from === undefined ? {} : { from }),
    ...(quote === undefined ? {} : { quote }),
  })

export interface EvaluateRequest {
  corpusDir: string
  /** Where to write the report as an HTML page; not written unless named. */
  pageFile?: string
  /** Into how many parts the domains are divided; each is judged by a model of the others. 4 unless said otherwise. */
  folds?: number
  seed?: number
  onProgress?: (done: number, total: number, what: string) => void
}

/**
 * Cross-validates with whole domains held out, never random lines: a model is trained, calibration included, on all
 * other domains, then judges the held-out ones in their natural context. Takes `folds` trainings.
 */
export async function evaluateCorpus(request: EvaluateRequest): Promise<EvaluationReport> {
  const lines = readCorpus(request.corpusDir)
  const report = await crossValidate(lines, request)
  if (request.pageFile !== undefined) writeFileSync(request.pageFile, evaluationPage(report))
  return report
}

/** As `evaluateCorpus`, on lines at hand. */
export async function crossValidate(
  lines: readonly CorpusLine[],
  { folds = 4, seed = 1, onProgress = () => {} }: Pick<EvaluateRequest, 'folds' | 'seed' | 'onProgress'>,
): Promise<EvaluationReport> {
  const judged: (Judged & { line: CorpusLine; fold: number })[] = []
  for (let fold = 0; fold < folds; fold++) {
    const rest = lines.filter((line) => outerFold(line, folds) !== fold)
    const model = await train(rest, {
      seed,
      onProgress: (done, total, what) => onProgress(fold * total + done, folds * total, `${fold + 1}/${folds} ${what}`),
    })
    const judge = createJudge(model)
    for (const line of lines) {
      if (outerFold(line, folds) === fold) judged.push({ line, verdict: judgeLine(judge, line), fold })
    }
  }
  const inStream = ({ line }: { line: CorpusLine }) => line.stream !== undefined
  const isolated = judged.filter((one) => !inStream(one))
  const streams = judged.filter(inStream)
  return {
    lines: lines.length,
    folds,
    perFold: Array.from({ length: folds }, (_, fold) => ({
      isolated: scoresOf(isolated.filter((one) => one.fold === fold)).macroF1,
      streams: scoresOf(streams.filter((one) => one.fold === fold)).macroF1,
    })),
    all: scoresOf(judged),
    isolated: scoresOf(isolated),
    streams: scoresOf(streams),
    perSource: Object.fromEntries(
      [...Map.groupBy(judged, ({ line }) => line.source)].map(([source, of]) => [source, scoresOf(of)]),
    ),
  }
}

/** Another division than the one that training makes inside, or its parts would be uneven. */
const outerFold = ({ domain }: CorpusLine, folds: number): number => foldOf({ domain: `outer ${domain}` }, folds)
