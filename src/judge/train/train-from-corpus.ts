import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chinaDate } from '../../domain/calendar.ts'
import type { Clock } from '../../domain/message.ts'
import { HEADER_FILE, WEIGHTS_FILE } from '../load.ts'
import type { ModelCard } from '../model.ts'
import { encodeModel } from '../model-file.ts'
import { readCorpus } from './corpus.ts'
import { type TrainOptions, train } from './train.ts'

export interface TrainRequest extends TrainOptions {
  corpusDir: string
  outDir: string
  clock?: Clock
}

/** What a training left behind. */
export interface TrainReport {
  version: string
  bytes: number
  files: string[]
  card: ModelCard
}

/**
 * Trains on all corpus files of `corpusDir` and writes the model to `outDir`; the old one stays until the new is whole.
 * Throws CORPUS_MISSING or CORPUS_INVALID.
 */
export async function trainFromCorpus(request: TrainRequest): Promise<TrainReport> {
  const { corpusDir, outDir, clock = Date.now, ...options } = request
  const model = await train(readCorpus(corpusDir), options)
  const date = chinaDate(clock())
  const file = encodeModel({ ...model, card: { ...model.card, trainedAt: date } }, date)
  mkdirSync(outDir, { recursive: true })
  const names = [WEIGHTS_FILE, HEADER_FILE]
  for (const [name, content] of [
    [WEIGHTS_FILE, file.weights],
    [HEADER_FILE, file.header],
  ] as const)
    writeFileSync(join(outDir, `${name}.new`), content)
  for (const name of names) renameSync(join(outDir, `${name}.new`), join(outDir, name))
  const { card } = JSON.parse(file.header) as { card: ModelCard }
  return { version: card.version, bytes: file.weights.length, files: names.map((name) => join(outDir, name)), card }
}
