import { CodedError } from '../../src/domain/errors.ts'
import type { Log } from '../lib/log.ts'
import { installPackages, mayInstall } from './debian.ts'
import { findBinary, isExecutable, pathFolders } from './find-binary.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'Google Chrome', 'chrome.exe']
const FOLDERS = [
  '/usr/bin',
  '/snap/bin',
  '/Applications/Google Chrome.app/Contents/MacOS',
  'C:\\Program Files\\Google\\Chrome\\Application',
]

/**
 * Path of a Chromium or Chrome: `CHROMIUM_PATH`, else one on the machine, else Debian's package where it may install.
 * Throws CHROMIUM_MISSING with one sentence that says what to install.
 */
export async function findChromium({ log }: { log: Log }): Promise<string> {
  const given = process.env.CHROMIUM_PATH
  if (given !== undefined) {
    if (isExecutable(given)) return given
    throw new CodedError('CHROMIUM_MISSING', `CHROMIUM_PATH is ${JSON.stringify(given)}, which is no program.`)
  }
  const search = () => findBinary(NAMES, [...pathFolders(), ...FOLDERS])
  const found = search()
  if (found !== null) return found
  if (mayInstall()) await installPackages(['chromium', 'fonts-noto-cjk'], log)
  const installed = search()
  if (installed !== null) return installed
  throw new CodedError(
    'CHROMIUM_MISSING',
    'The tests need Chromium: install the package chromium (or Google Chrome), or set CHROMIUM_PATH to its program.',
  )
}
