import { type RawBuilder, sql } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { Tables } from './tables.ts'

/** PostgreSQL text takes neither NUL nor half a surrogate pair: the one becomes `␀`, the other `�`. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '␀')

/** NUL and half surrogates as JSON writes them; an escaped backslash before them is a false alarm that does no harm. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/

/** A value as JSON text that PostgreSQL takes; strings inside it are made `storable`. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value)
  if (!UNSTORABLE.test(json)) return json
  return JSON.stringify(value, (_key, inner) => (typeof inner === 'string' ? storable(inner) : inner))
}

/** A moment as the store takes it. */
export const timestamp = (at: EpochMs): string => new Date(at).toISOString()

/**
 * `insert into TABLE` of many rows by one JSON parameter: as quick for 500 rows as for one, and no limit on parameters.
 * `rows` are objects of column values; JSON columns hold plain values. Columns that a row lacks become null.
 */
export function insertRows<T extends keyof Tables>(
  table: T,
  columns: readonly (keyof Tables[T] & string)[],
  rows: readonly Readonly<Partial<Record<keyof Tables[T], unknown>>>[],
  onConflict = '',
): RawBuilder<unknown> {
  const names = columns.join(', ')
  return sql`insert into ${sql.table(table)} (${sql.raw(names)})
    select ${sql.raw(names)} from json_populate_recordset(null::${sql.table(table)}, ${storableJson(rows)}::json)
    ${sql.raw(onConflict)}`
}

/**
 * `unnest` of pairs or triples of text: many keys in one statement. What is looked up by them goes into a lateral
 * subquery with a limit, which the planner can only answer by the index: the embedded store has no statistics, and a
 * plain join reads the whole table.
 */
export const unnest = (...columns: readonly (readonly string[])[]): RawBuilder<unknown> =>
  sql`unnest(${sql.join(columns.map((column) => sql`${column}::text[]`))})`
