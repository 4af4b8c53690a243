/**
 * An error that a person can act on.
 * `code` is stable and upper snake case; `hint` says what to do; `status` is the HTTP status it maps to.
 */
export class CodedError extends Error {
  readonly code: string
  readonly hint: string
  readonly status: number

  constructor(code: string, message: string, options: { hint?: string; status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CodedError'
    this.code = code
    this.hint = options.hint ?? ''
    this.status = options.status ?? 500
  }
}
