import { createHash } from 'node:crypto'
import { z } from 'zod'
import { CodedError } from '../domain/errors.ts'
import { SLOT_BITS } from './dictionary.ts'
import { SAID } from './first-stage.ts'
import type { Model } from './model.ts'
import { RELATION_SIZE } from './relation.ts'
import { BLOCK, OUTPUTS } from './second-stage.ts'

/** Raised whenever features change, so that weights are never used with features that they were not trained for. */
const FORMAT = 6
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
  features: z.object({ rows: z.number().int().min(0).max(65_535), general: z.string() }),
  columns: z.number(),
  inputs: z.number(),
  hidden: z.number().int().multipleOf(BLOCK).min(BLOCK).max(1_024),
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

/** Writes a model out. `date` (YYYY-MM-DD) and the checksum make its version. */
export function encodeModel(model: Model, date: string): ModelFile {
  const { first, second, calibration, card } = model
  const { slots, size } = first.dictionary
  const parts = [second.w1, second.b1, second.w2, second.b2, slots, first.weights].map(
    (part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  )
  const weights = Buffer.concat(parts)
  const sum = sha256(weights)
  const header: z.input<typeof headerSchema> = {
    format: FORMAT,
    sha256: sum,
    bytes: weights.length,
    card: { ...card, version: `${date}/${sum.slice(0, 8)}` },
    features: { rows: size, general: first.general },
    columns: SAID,
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
  if (header.format !== FORMAT || header.columns !== SAID || inputs !== RELATION_SIZE)
    throw corrupt('模型与本版本程序的特征不一致')
  const sizes = [inputs * hidden, hidden, OUTPUTS * hidden, OUTPUTS]
  const floatBytes = 4 * sizes.reduce((a, b) => a + b, 0)
  const slots = 1 << SLOT_BITS
  const table = features.rows * SAID
  if (weights.length !== floatBytes + 4 * slots + table) throw corrupt('模型权重文件长度不对')
  if (sha256(weights) !== header.sha256) throw corrupt('模型权重文件校验和不符')
  // A copy: the floats must lie on a multiple of four bytes.
  const bytes = new Uint8Array(weights).buffer
  let at = 0
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
      dictionary: {
        size: features.rows,
        slots: new Uint32Array(bytes, at, slots),
      },
      weights: new Int8Array(bytes, at + 4 * slots, table),
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
