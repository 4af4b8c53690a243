import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { dataDir as emptyCluster } from '@electric-sql/pglite-prepopulatedfs'

/**
 * PostgreSQL's default of 128 MB shared buffers is memory that WebAssembly never gives back; a group's working set is
 * a few megabytes, and the operating system caches the files besides.
 */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB']

/**
 * Opens the embedded PostgreSQL in `folder`, or in memory where it is null.
 * A new folder gets an empty cluster that its vendor has made beforehand (initdb takes six seconds of WebAssembly); it
 * is put together aside and renamed, so that a first start that is cut short leaves nothing half made.
 */
export async function openPglite(folder: string | null): Promise<PGlite> {
  if (folder === null) return PGlite.create({ loadDataDir: await emptyCluster(), startParams: START_PARAMS })
  const cluster = join(folder, 'pgdata')
  if (!existsSync(cluster)) {
    const aside = join(folder, 'pgdata.new')
    await rm(aside, { recursive: true, force: true })
    const made = await PGlite.create({ dataDir: aside, loadDataDir: await emptyCluster(), startParams: START_PARAMS })
    await made.close()
    await rename(aside, cluster)
  }
  return PGlite.create({ dataDir: cluster, startParams: START_PARAMS })
}
