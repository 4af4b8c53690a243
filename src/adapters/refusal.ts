import { CodedError } from '../domain/errors.ts'

/** A callback that is not believed or not understood: 400 malformed, 401 not proven, 403 proven but not for us. */
export const refusal = (status: 400 | 401 | 403, code: string, message: string, hint: string): CodedError =>
  new CodedError(code, message, { status, hint })

/** A channel that is configured so that it can never work; thrown when it is created. */
export const misconfigured = (code: string, message: string, hint: string): CodedError =>
  new CodedError(code, message, { status: 500, hint })
