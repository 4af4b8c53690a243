import { CodedError } from '../../src/domain/errors.ts'

/** Says why a script failed: a coded error in its own words, anything else with its stack. */
export function reportFailure(error: unknown): void {
  if (error instanceof CodedError) console.error([`${error.code}: ${error.message}`, error.hint].join('\n').trim())
  else console.error(error)
}
