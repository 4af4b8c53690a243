import { join } from 'node:path'

/** The repository's root, and the folders under it that commands read and write. */
export const ROOT = join(import.meta.dirname, '../..')
export const MODEL_FOLDER = join(ROOT, 'config/model')
export const CORPUS_FOLDER = join(ROOT, 'config/corpus')
export const TRANSCRIPTS_FOLDER = join(ROOT, 'config/transcripts')
