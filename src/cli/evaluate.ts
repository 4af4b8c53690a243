import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findDue } from '../judge/deadline/find-due.ts'
import { loadJudge } from '../judge/load.ts'
import { evaluateCorpus } from '../judge/train/evaluate.ts'
import { evaluationPage } from '../judge/train/evaluation-page.ts'
import { formatEvaluation } from '../judge/train/format-evaluation.ts'
import { parseOptions } from './call.ts'
import { CORPUS_FOLDER, MODEL_FOLDER, ROOT, TRANSCRIPTS_FOLDER } from './paths.ts'
import { print } from './print.ts'
import { createProgress } from './progress.ts'
import { timeLeft } from './time-left.ts'

/** `evaluate [--html FILE] [--json] [--no-baselines]`: how well the judge does on kinds of organisation it never saw. */
export async function evaluateCommand(args: string[]): Promise<void> {
  const values = parseOptions(args, {
    html: { type: 'string' },
    json: { type: 'boolean' },
    'no-baselines': { type: 'boolean' },
  })
  const progress = createProgress(process.stderr)
  const from = performance.now()
  const report = await evaluateCorpus({
    corpusDir: CORPUS_FOLDER,
    transcriptsDir: TRANSCRIPTS_FOLDER,
    dueFile: join(ROOT, 'test/data/due.jsonl'),
    shipped: () => loadJudge(MODEL_FOLDER),
    findDue,
    baselines: values['no-baselines'] !== true,
    onProgress: (share, what) => progress(share, 1, `${what}${timeLeft(share, from, performance.now())}`),
  })
  print(values.json === true ? JSON.stringify(report) : formatEvaluation(report))
  if (values.html !== undefined) await writeFile(values.html, evaluationPage(report))
}
