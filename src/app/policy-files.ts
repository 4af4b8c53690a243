import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CodedError } from '../domain/errors.ts'
import type { Env } from '../env.ts'
import { checkPolicy } from '../policy/check.ts'
import { parsePolicy } from '../policy/parse.ts'

/** A policy file that has been read and checked. */
export interface PolicyFile {
  fileName: string
  source: string
  /** What is allowed and probably not meant. */
  warnings: string[]
}

/**
 * Reads the operator's policy file, or the preset of that name where none is set.
 * Throws CodedError POLICY_UNREADABLE or POLICY_INVALID (all faults, with line and column).
 */
export async function readPolicyFile(env: Pick<Env, 'POLICY_FILE'>, root: string, preset: string): Promise<PolicyFile> {
  const fileName = env.POLICY_FILE ?? preset
  const path = env.POLICY_FILE === undefined ? join(root, 'config/policies', preset) : resolve(env.POLICY_FILE)
  const source = await readFile(path, 'utf8').catch((cause) => {
    throw new CodedError('POLICY_UNREADABLE', `策略文件 ${path} 读不到 (the policy file cannot be read)`, {
      hint: '请检查 POLICY_FILE 的路径和文件权限。',
      status: 400,
      cause,
    })
  })
  return { fileName, source, warnings: checkPolicy(parsePolicy(source, fileName)) }
}
