import { z } from 'zod'
import { chinaIso } from '../domain/calendar.ts'
import type { FindDue } from '../domain/verdict.ts'
import { parseLines } from './input.ts'

const lineSchema = z.object({ id: z.string(), text: z.string(), at: z.iso.datetime({ offset: true }) })

/** Finds the deadline of each line `{id,text,at}`: `{id,due,match}`, `due` in ISO 8601 with offset or null. */
export function* due(
  input: string,
  findDue: FindDue,
): Generator<{ id: string; due: string | null; match: string | null }> {
  for (const { id, text, at } of parseLines(input, lineSchema)) {
    const found = findDue(text, Date.parse(at))
    yield { id, due: found && chinaIso(found.due), match: found?.match ?? null }
  }
}
