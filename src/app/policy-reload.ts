import { CodedError } from '../domain/errors.ts'
import type { PolicyFile } from './policy-files.ts'

export interface PolicyReloadOptions {
  /** Reads and checks the file; throws a CodedError where it cannot. */
  read(): Promise<PolicyFile>
  /** What is in force at the start. */
  source: string
  /** Puts a new version in force. */
  take(file: PolicyFile): Promise<void>
  /** Told once of a file that cannot be taken; what was in force stays. */
  onRefused(error: CodedError): void
}

/**
 * Looks whether the operator's policy file has changed; to be called again and again. A change is taken once two looks
 * in a row have seen the same: a file that is still being written is left alone, though its first half may be a whole
 * policy by itself. A faulty one is told of once and changes nothing.
 */
export function createPolicyReload({ read, source, take, onRefused }: PolicyReloadOptions): () => Promise<void> {
  let inForce = source
  let seen = source
  let refused = ''
  return async () => {
    let file: PolicyFile
    try {
      file = await read()
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      if (refused !== error.message) onRefused(error)
      refused = error.message
      return
    }
    refused = ''
    const isSettled = file.source === seen
    seen = file.source
    if (file.source === inForce || !isSettled) return
    await take(file)
    inForce = file.source
  }
}
