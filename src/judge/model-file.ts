import { createHash } from 'node:crypto'
import { z } from 'zod'
import { CodedError } from '../domain/errors.ts'
import { COLUMNS } from './first-stage.ts'
import type { Model } from './model.ts'
import { RELATION_SIZE } from './relation.ts'
import { OUTPUTS } from './second-stage.ts'

/** Raised whenever features change, so that weights are never used with features that they were not trained for. */
export const FORMAT = 2
const REBUILD = '运行 npm run -s qingqun -- train 重新训练并写出模型'

const numbers = z.array(z.number())
const knots = z.array(z.tuple([z.number(), z.number()]))
const headerSchema = z.object({
  format: z.number(),
  sha256: z.string(),
  bytes: z.number(),
  card: z.object({
    version: z.string(),
    trainedAt: z.string(),
    trainedOn: z.object({
      lines: z.number(),
      sources: z.record(z.string(), z.number()),
      labels: z.record(z.string(), z.number()),
    }),
    figures: z.record(z.string(), z.number()),
  }),
  features: z.object({ bits: z.number().int().min(8).max(22), general: z.string() }),
  columns: z.number(),
  inputs: z.number(),
  hidden: z.number().int().min(1).max(1_024),
  scale: numbers,
  bias: numbers,
  calibration: z.object({ temperature: z.number().positive(), substantive: knots, noise: knots, flags: numbers }),
})

/** A model as it lies on disk: a readable header and the weights, little-endian. */
export interface ModelFile {
  header: string
  weights: Uint8Array
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** First-stage weights as one signed byte each, one scale a column; the few beyond the scale are cut. */
function quantise(weights: Int8Array | Float32Array, scale: Float32Array): { bytes: Int8Array; scale: Float32Array } {
  if (weights instanceof Int8Array) return { bytes: weights, scale }
  const top = new Float32Array(COLUMNS)
  for (let i = 0; i < weights.length; i++) {
    const c = i % COLUMNS
    top[c] = Math.max(top[c] ?? 0, Math.abs(weights[i] ?? 0))
  }
  const step = top.map((value) => (value || 1) / 127)
  const bytes = Int8Array.from(weights, (value, i) => Math.round(value / (step[i % COLUMNS] ?? 1)))
  return { bytes, scale: step }
}

/** The model with its first stage in one byte a weight, as it will be read back. */
export function quantised(model: Model): Model {
  const { bytes, scale } = quantise(model.first.weights, model.first.scale)
  return { ...model, first: { ...model.first, weights: bytes, scale } }
}

/** Writes a model out. `date` (YYYY-MM-DD) and the checksum make its version. */
export function encodeModel(model: Model, date: string): ModelFile {
  const { first, second, calibration, card } = quantised(model)
  const floats = [second.w1, second.b1, second.w2, second.b2]
  const parts = [first.weights, first.dictionary.prints, ...floats].map(
    (part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  )
  const weights = Buffer.concat(parts)
  const sum = sha256(weights)
  const header: z.input<typeof headerSchema> = {
    format: FORMAT,
    sha256: sum,
    bytes: weights.length,
    card: { ...card, version: `${date}/${sum.slice(0, 8)}` },
    features: { bits: first.dictionary.bits, general: first.general },
    columns: COLUMNS,
    inputs: second.inputs,
    hidden: second.hidden,
    scale: [...first.scale],
    bias: [...first.bias],
    calibration: {
      ...calibration,
      substantive: calibration.substantive.map(([x, y]) => [x, y]),
      noise: calibration.noise.map(([x, y]) => [x, y]),
      flags: [...calibration.flags],
    },
  }
  return { header: `${JSON.stringify(header, null, 2)}\n`, weights }
}

const corrupt = (message: string, cause?: unknown): CodedError =>
  new CodedError('MODEL_CORRUPT', message, { hint: REBUILD, cause })

/** Reads a model. Throws MODEL_CORRUPT where header, checksum or sizes do not fit this version of the program. */
export function decodeModel({ header: headerText, weights }: ModelFile): Model {
  let header: z.output<typeof headerSchema>
  try {
    header = headerSchema.parse(JSON.parse(headerText))
  } catch (cause) {
    throw corrupt('模型说明文件不是完整的 JSON', cause)
  }
  const { features, hidden, inputs } = header
  if (header.format !== FORMAT || header.columns !== COLUMNS || inputs !== RELATION_SIZE)
    throw corrupt('模型与本版本程序的特征不一致')
  const slots = 2 ** features.bits
  const table = slots * COLUMNS
  const sizes = [inputs * hidden, hidden, OUTPUTS * hidden, OUTPUTS]
  if (weights.length !== table + 2 * slots + 4 * sizes.reduce((a, b) => a + b, 0)) throw corrupt('模型权重文件长度不对')
  if (sha256(weights) !== header.sha256) throw corrupt('模型权重文件校验和不符')
  // A copy: the floats must lie on a multiple of four bytes.
  const bytes = new Uint8Array(weights).buffer
  let at = table + 2 * slots
  const floats = (count: number): Float32Array => {
    const part = new Float32Array(bytes, at, count)
    at += 4 * count
    return part
  }
  const [w1, b1, w2, b2] = sizes.map(floats) as [Float32Array, Float32Array, Float32Array, Float32Array]
  return {
    card: header.card,
    first: {
      general: features.general,
      dictionary: { bits: features.bits, prints: new Uint16Array(bytes, table, slots) },
      weights: new Int8Array(bytes, 0, table),
      scale: Float32Array.from(header.scale),
      bias: Float32Array.from(header.bias),
    },
    second: { inputs, hidden, w1, b1, w2, b2 },
    calibration: header.calibration,
  }
}

/** The error for a model that is not there. */
export const missingModel = (dir: string, cause: unknown): CodedError =>
  new CodedError('MODEL_MISSING', `目录 ${dir} 中没有可用的模型`, { hint: REBUILD, cause })
