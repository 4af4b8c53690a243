import { type Logger, pino } from 'pino'
import { CodedError } from './domain/errors.ts'

export type { Logger }

/**
 * The log of the deployment: JSON lines on standard output. What is logged is named field by field, so that neither a
 * secret nor the text of a message gets there by being part of an object.
 */
export const createLog = (level: string): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })

/** What of an error may be logged: its code, its kind and where it arose, not the values that it was about. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (error instanceof CodedError)
    return { code: error.code, hint: error.hint, ...(error.cause ? { cause: kindOf(error.cause) } : {}) }
  return {
    ...kindOf(error),
    at: error instanceof Error ? whereOf(error) : [],
  }
}

const kindOf = (error: unknown) =>
  error instanceof Error
    ? { error: error.name, ...('code' in error ? { errorCode: String(error.code) } : {}) }
    : { error: typeof error }

/** The first places of the stack; its lines of message are left out, since a message may quote what it was about. */
const whereOf = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 3)
    .map((line) => line.trim())
