import { CodedError } from '../../src/domain/errors.ts'
import type { Log } from '../lib/log.ts'
import { run } from '../lib/run.ts'
import { installPackages, mayInstall } from './debian.ts'
import { findBinary, pathFolders, versionedFolders } from './find-binary.ts'

const OLDEST = 15

/** Where `initdb` and `postgres` of one installation are. */
export interface PostgresBinaries {
  initdb: string
  postgres: string
  version: number
}

/** The major version in the words of `postgres --version`, e.g. 15 of `postgres (PostgreSQL) 15.18`; 0 if none. */
export const majorVersion = (words: string): number => Number(/\(PostgreSQL\)\s+(\d+)/.exec(words)?.[1] ?? 0)

async function candidates(): Promise<string[]> {
  const config = await run('pg_config', ['--bindir'])
  return [
    ...pathFolders(),
    ...(config.code === 0 ? [config.output.trim()] : []),
    ...versionedFolders('/usr/lib/postgresql/*/bin'),
    ...versionedFolders('/usr/pgsql-*/bin'),
    ...versionedFolders('/opt/homebrew/opt/postgresql@*/bin'),
    '/usr/local/pgsql/bin',
  ]
}

/** A PostgreSQL server of version 15 or later that the machine has already; null where it has none. */
export async function postgresOnMachine(): Promise<PostgresBinaries | null> {
  for (const folder of new Set(await candidates())) {
    const initdb = findBinary(['initdb'], [folder])
    const postgres = findBinary(['postgres'], [folder])
    if (initdb === null || postgres === null) continue
    const version = majorVersion((await run(postgres, ['--version'])).output)
    if (version >= OLDEST) return { initdb, postgres, version }
  }
  return null
}

/**
 * A PostgreSQL server of version 15 or later: on the machine, else Debian's package where it may install.
 * Throws POSTGRES_MISSING with one sentence that says what to install.
 */
export async function findPostgres({ log }: { log: Log }): Promise<PostgresBinaries> {
  const found = await postgresOnMachine()
  if (found !== null) return found
  if (mayInstall()) await installPackages(['postgresql'], log)
  const installed = await postgresOnMachine()
  if (installed !== null) return installed
  throw new CodedError(
    'POSTGRES_MISSING',
    `The tests need PostgreSQL ${OLDEST} or later: install the package postgresql, or set TEST_DATABASE_URL.`,
  )
}
