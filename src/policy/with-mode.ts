import type { Policy } from '../domain/policy.ts'
import { withField } from './yaml-text.ts'

/** The same policy file in another mode; every other character stays as it is. */
export const withMode = (source: string, mode: Policy['mode']): string => withField(source, 'mode', mode)
