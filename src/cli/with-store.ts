import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { readEnv } from '../env.ts'
import { openStore } from '../store/database.ts'
import type { Tables } from '../store/tables.ts'
import { wrongCall } from './input.ts'

/**
 * Does something on the deployment's store, and closes it whatever comes of it. Throws CALL_INVALID where there is no
 * data yet, unless the command is one that may bring the first.
 */
export async function withStore<T>(
  work: (db: Kysely<Tables>) => Promise<T>,
  { mayBeFirst = false }: { mayBeFirst?: boolean } = {},
): Promise<T> {
  const env = readEnv(process.env)
  if (!mayBeFirst && env.DATABASE_URL === undefined && !existsSync(join(env.DATA_DIR, 'pgdata')))
    throw wrongCall(
      `${env.DATA_DIR} 里还没有数据 (no data there yet)`,
      '请核对 DATA_DIR;使用内置数据库时,请先停掉服务再运行本命令。',
    )
  const store = await openStore(
    env.DATABASE_URL === undefined
      ? { kind: 'embedded', folder: env.DATA_DIR }
      : { kind: 'server', url: env.DATABASE_URL },
  )
  try {
    return await work(store.db)
  } finally {
    await store.close()
  }
}
