import { CodedError } from '../../src/domain/errors.ts'
import type { Log } from '../lib/log.ts'
import { run } from '../lib/run.ts'
import { findBinary, pathFolders } from './find-binary.ts'

/** True where Debian's packages may be installed: root, and apt-get is there. */
export const mayInstall = (): boolean =>
  process.getuid?.() === 0 && findBinary(['apt-get'], [...pathFolders(), '/usr/bin']) !== null

/** Installs Debian packages, saying so first; throws INSTALL_FAILED with the end of apt's own words. */
export async function installPackages(packages: readonly string[], log: Log): Promise<void> {
  log(`installing Debian packages: ${packages.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { code, output } = await run('apt-get', ['-q', ...args], { env })
    if (code !== 0) {
      const words = output.trim().split('\n').slice(-5).join('\n')
      throw new CodedError('INSTALL_FAILED', `apt-get ${args[0]} ended with code ${code}:\n${words}`, {
        hint: `Install ${packages.join(', ')} by hand.`,
      })
    }
  }
}
