import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Judge } from '../domain/verdict.ts'
import { createJudge } from './judge.ts'
import type { Model } from './model.ts'
import { decodeModel, missingModel } from './model-file.ts'

/** Names of the two files of a model. */
export const HEADER_FILE = 'judge.json'
export const WEIGHTS_FILE = 'judge.bin'
const DEFAULT_DIR = fileURLToPath(new URL('../../config/model', import.meta.url))

/** Reads a model from a folder, the shipped one unless said otherwise. Throws MODEL_MISSING or MODEL_CORRUPT. */
export function loadModel(dir: string = DEFAULT_DIR): Model {
  let header: string
  let weights: Buffer
  try {
    header = readFileSync(join(dir, HEADER_FILE), 'utf8')
    weights = readFileSync(join(dir, WEIGHTS_FILE))
  } catch (cause) {
    throw missingModel(dir, cause)
  }
  return decodeModel({ header, weights })
}

/** The judge over the model in a folder, the shipped one unless said otherwise. */
export const loadJudge = (dir?: string): Judge => createJudge(loadModel(dir))
