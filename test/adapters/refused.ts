import { CodedError } from '../../src/domain/errors.ts'

/** The CodedError an action is refused with; anything else fails the test. */
export function refusalOf(action: () => unknown): CodedError {
  try {
    action()
  } catch (error) {
    if (error instanceof CodedError) return error
    throw error
  }
  throw new Error('was accepted')
}
