import type { Role } from '../domain/message.ts'
import { type Dictionary, rowOf } from './dictionary.ts'
import { countLexicon, LEXICON_CLASSES } from './lexicon.ts'
import { createUnits, MAX_UNITS, readUnits, UNIT, type Units, WORD_BASE } from './normalise.ts'

/** What is counted in a text beside its n-grams, for the second stage. */
export const COUNTED = [
  'figures',
  'media',
  'mention',
  'everyone',
  'gesture',
  'question',
  'exclaim',
  'break',
  'link',
] as const
export type Counted = (typeof COUNTED)[number]
const MAX_FEATURES = 16_384
/** Clauses are told apart up to this many; the rest counts as the last of them. */
export const MAX_CLAUSES = 12
export const LEXICON_SIZE = LEXICON_CLASSES.length

/** The hashed features of one text; overwritten by the next reading of the same scratch. */
export interface TextFeatures {
  readonly units: Units
  /** Rows of the weight table, each once. */
  readonly rows: Int32Array
  /**
   * The units `[first, last)` that made the row. For a property of the whole text `first` is -1, and `last` the
   * number of the lexicon class that speaks, from 1, or 0.
   */
  readonly first: Int16Array
  readonly last: Int16Array
  count: number
  /** The clause that each unit is in; clauses end at pauses, `!` and `?`. */
  readonly clause: Uint8Array
  clauses: number
  readonly lexicon: Uint8Array
  readonly counted: Uint8Array
  /** Hashes of pairs of characters that carry matter, for overlap with other messages. */
  readonly matter: Int32Array
  matterCount: number
}

export interface FeatureOptions {
  /** Which features have a row; without one every feature is given as its hash. */
  dictionary?: Dictionary
  /** Characters that occur in every kind of organisation; all others are matter. */
  general: string
}

const mix = (hash: number, value: number): number => {
  const h = Math.imul(hash ^ value, 0x9e3779b1)
  return h ^ (h >>> 15)
}

const COUNTED_OF = new Uint8Array(64)
const counts = (counted: Counted, ...units: number[]): void => {
  for (const unit of units) COUNTED_OF[unit - 0x10000] = COUNTED.indexOf(counted) + 1
}
counts('figures', UNIT.small, UNIT.large, UNIT.decimal, UNIT.percent, UNIT.clock, UNIT.date, UNIT.ordinal)
counts('media', UNIT.image, UNIT.video, UNIT.voice, UNIT.place)
counts('link', UNIT.link, UNIT.file, UNIT.url, UNIT.record)
counts('mention', UNIT.mention)
counts('everyone', UNIT.everyone)
counts('gesture', UNIT.praise, UNIT.flower, UNIT.thanks, UNIT.okay, UNIT.cheer, UNIT.laugh, UNIT.sad, UNIT.face)

const endsClause = (id: number): boolean => id === 44 || id === 46 || id === 33 || id === 63 || id === 10

/** Reads texts into features. The result of `read` is valid until the next call. */
export function createFeatureReader({
  dictionary,
  general,
}: FeatureOptions): (text: string, role?: Role) => TextFeatures {
  const stamp = new Uint32Array(dictionary?.size ?? 0)
  let turn = 0
  const isGeneral = new Uint8Array(0x10000)
  for (const char of general) isGeneral[char.charCodeAt(0)] = 1
  const out: TextFeatures = {
    units: createUnits(),
    rows: new Int32Array(MAX_FEATURES),
    first: new Int16Array(MAX_FEATURES),
    last: new Int16Array(MAX_FEATURES),
    count: 0,
    clause: new Uint8Array(MAX_UNITS),
    clauses: 1,
    lexicon: new Uint8Array(LEXICON_SIZE),
    counted: new Uint8Array(COUNTED.length),
    matter: new Int32Array(MAX_UNITS),
    matterCount: 0,
  }

  /** Adds a feature; false where it has no row. */
  const add = (hash: number, first: number, last: number): boolean => {
    let row = hash
    if (dictionary !== undefined) {
      row = rowOf(dictionary, hash)
      if (row < 0) return false
      if (stamp[row] === turn) return true
      stamp[row] = turn
    }
    if (out.count === MAX_FEATURES) return true
    const n = out.count++
    out.rows[n] = row
    out.first[n] = first
    out.last[n] = last
    return true
  }

  const grams = (): void => {
    const { ids, length } = out.units
    for (let i = 0; i < length; i++) {
      let hash = 0x51ed270b
      for (let n = 0; n < 3 && i + n < length; n++) {
        hash = mix(hash, (ids[i + n] as number) + n * 0x1000193)
        // What is too rare to have a row begins nothing that is common enough to have one.
        if (!add(hash, i, i + n + 1)) break
      }
    }
  }

  const whole = (role: number): void => {
    const { ids, length } = out.units
    out.counted.fill(0)
    let matters = 0
    let clause = 0
    out.clause[0] = 0
    out.matterCount = 0
    for (let i = 1; i < length - 1; i++) {
      const id = ids[i] ?? 0
      const before = ids[i - 1] ?? 0
      if (clause < MAX_CLAUSES - 1 && endsClause(before)) clause++
      out.clause[i] = clause
      if (id >= 0x4e00 && id < 0x10000) {
        if (isGeneral[id] === 0) matters++
        if (before >= 0x4e00 && before < 0x10000 && (isGeneral[id] === 0 || isGeneral[before] === 0))
          out.matter[out.matterCount++] = mix(mix(7, before), id)
        continue
      }
      const k =
        id >= 0x10000 && id < 0x10040
          ? (COUNTED_OF[id - 0x10000] ?? 0)
          : id === 63
            ? 6
            : id === 33
              ? 7
              : id === 10
                ? 8
                : 0
      if (k > 0) out.counted[k - 1] = Math.min((out.counted[k - 1] ?? 0) + 1, 255)
      else if (id >= WORD_BASE) out.matter[out.matterCount++] = mix(11, id)
    }
    out.clause[length - 1] = clause
    out.clauses = clause + 1
    if (role > 0) add(mix(100, role), -1, 0)
    const long = Math.min(Math.round(Math.log2(length) * 2), 20)
    add(mix(101, long), -1, 0)
    if (role > 0) add(mix(103 + role, long >> 1), -1, 0)
    add(mix(102, Math.min(Math.round((8 * matters) / length), 8)), -1, 0)
    for (let k = 0; k < COUNTED.length; k++) {
      const c = out.counted[k] ?? 0
      if (c === 0) continue
      add(mix(110 + k, Math.min(c, 4)), -1, 0)
      if (role > 0) add(mix(130 + k, role), -1, 0)
    }
    for (let k = 0; k < LEXICON_SIZE; k++) {
      const c = out.lexicon[k] ?? 0
      if (c === 0) continue
      add(mix(200 + k, 0), -1, k + 1)
      if (role > 0) add(mix(500 + k, role), -1, k + 1)
      if (c > 1) add(mix(200 + k, c > 3 ? 3 : 2), -1, k + 1)
      for (let j = 0; j < k; j++) if ((out.lexicon[j] ?? 0) > 0) add(mix(300 + k, j), -1, 0)
    }
  }

  return (text, role) => {
    turn = (turn + 1) >>> 0
    if (turn === 0) {
      stamp.fill(0)
      turn = 1
    }
    readUnits(text, out.units)
    countLexicon(out.units, out.lexicon)
    out.count = 0
    whole(role === undefined ? 0 : role === 'leader' ? 1 : 2)
    grams()
    return out
  }
}
