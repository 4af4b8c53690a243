import { CodedError } from '../../src/domain/errors.ts'
import type { Log } from '../lib/log.ts'
import { installPackages, mayInstall } from './debian.ts'
import { findBinary, isExecutable, pathFolders } from './find-binary.ts'

/**
 * Path of a C compiler: `CC`, else one on the machine, else Debian's package where it may install.
 * Throws COMPILER_MISSING with one sentence that says what to install.
 */
export async function findCompiler({ log }: { log: Log }): Promise<string> {
  const search = () => findBinary(['cc', 'gcc', 'clang'], [...pathFolders(), '/usr/bin'])
  const given = process.env.CC
  if (given) {
    const found = isExecutable(given) ? given : findBinary([given], pathFolders())
    if (found !== null) return found
    throw new CodedError('COMPILER_MISSING', `CC is ${JSON.stringify(given)}, which is no program.`)
  }
  const found = search()
  if (found !== null) return found
  if (mayInstall()) await installPackages(['gcc', 'libc6-dev'], log)
  const installed = search()
  if (installed !== null) return installed
  throw new CodedError(
    'COMPILER_MISSING',
    'The tests of the WeCom archive need a C compiler: install the package gcc (and libc6-dev), or set CC.',
  )
}
