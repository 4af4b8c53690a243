import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { trainForTenant } from '../app/train-tenant.ts'
import { CodedError } from '../domain/errors.ts'
import { loadJudge } from '../judge/load.ts'
import { readCorpus } from '../judge/train/corpus.ts'
import { trainFromCorpus } from '../judge/train/train-from-corpus.ts'
import { readTranscriptLines } from '../judge/train/transcript-lines.ts'
import type { Tables } from '../store/tables.ts'
import { undoTenantModel } from '../store/tenant-models.ts'
import { parseOptions, USAGE } from './call.ts'
import { formatComparison } from './format-comparison.ts'
import { wrongCall } from './input.ts'
import { CORPUS_FOLDER, MODEL_FOLDER, TRANSCRIPTS_FOLDER } from './paths.ts'
import { print, say } from './print.ts'
import { createProgress } from './progress.ts'
import { withStore } from './with-store.ts'

async function trainShipped(): Promise<void> {
  const onProgress = createProgress(process.stderr)
  const report = await trainFromCorpus({ corpusDir: CORPUS_FOLDER, outDir: MODEL_FOLDER, onProgress })
  print(JSON.stringify(report, null, 2))
}

async function trainOwn(db: Kysely<Tables>, tenantId: string): Promise<void> {
  const outcome = await trainForTenant(db, {
    tenantId,
    shipped: loadJudge(MODEL_FOLDER),
    corpus: () => readCorpus(CORPUS_FOLDER),
    evaluation: () => readTranscriptLines(TRANSCRIPTS_FOLDER),
    options: { onProgress: createProgress(process.stderr) },
    now: Date.now,
    newId: randomUUID,
  })
  print(JSON.stringify(outcome, null, 2))
  say(formatComparison(outcome.report))
  if (outcome.state === 'refused')
    throw new CodedError('TENANT_MODEL_REFUSED', '新模型没有采用 (the new model was refused)', {
      hint: '原来的模型继续使用。多更正一些判错的消息后可以再训练。',
    })
  say(`新模型 ${outcome.version} 已采用;停用请用 train --tenant ${tenantId} --undo。`)
}

async function undo(db: Kysely<Tables>, tenantId: string): Promise<void> {
  const done = await undoTenantModel(db, tenantId, Date.now())
  if (!done)
    throw wrongCall(`租户 ${tenantId} 没有自己的模型 (no model of its own)`, '该租户用的就是自带的模型,无需停用。')
  print(JSON.stringify(done, null, 2))
  const { version } = loadJudge(MODEL_FOLDER)
  const back = done.now?.baseVersion === version ? `此前的模型 ${done.now.version}` : `自带的模型 ${version}`
  say(`模型 ${done.undone.version} 已停用,改用${back}。`)
}

/** `train`: the shipped model anew; `train --tenant T [--undo]`: a tenant's own, taken only where it is better. */
export async function trainCommand(args: string[]): Promise<void> {
  const { tenant, undo: isUndo } = parseOptions(args, { tenant: { type: 'string' }, undo: { type: 'boolean' } })
  if (tenant === undefined && isUndo) throw wrongCall('--undo 要和 --tenant 一起用 (--undo goes with --tenant)', USAGE)
  if (tenant === undefined) return trainShipped()
  await withStore((db) => (isUndo ? undo(db, tenant) : trainOwn(db, tenant)))
}
