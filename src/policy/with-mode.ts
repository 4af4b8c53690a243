import { parseDocument } from 'yaml'
import type { Policy } from '../domain/policy.ts'

/** The same policy file in another mode; comments and order stay as they are. */
export function withMode(source: string, mode: Policy['mode']): string {
  const document = parseDocument(source)
  document.set('mode', mode)
  return document.toString()
}
