import { expect, it } from 'vitest'
import { chinaIso } from '../../../src/domain/calendar.ts'
import { findDue } from '../../../src/judge/deadline/find-due.ts'

/** Posting time, text, expected due time (`MM-DD HH:MM` of the same year, a full date, or null). */
export type Row = [at: string, text: string, due: string | null]

const moment = (written: string) => Date.parse(`${written.replace(' ', 'T')}:00+08:00`)

/** One test a row: the words, said then, mean this. */
export function table(rows: readonly Row[]): void {
  it.each(rows)('said at %s, 「%s」 is due %s', (at, text, due) => {
    const found = findDue(text, moment(at))
    const expected = due === null ? null : `${due.length < 16 ? `${at.slice(0, 4)}-` : ''}${due}`
    expect(found === null ? null : chinaIso(found.due).slice(0, 16).replace('T', ' ')).toBe(expected)
  })
}
