import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startPostgres } from '../../scripts/services/postgres.ts'
import { majorVersion, postgresOnMachine } from '../../scripts/services/postgres-binaries.ts'

const silent = (): void => undefined
const PROGRAM = `
  import { startPostgres } from '${join(import.meta.dirname, '../../scripts/services/postgres.ts')}'
  const server = await startPostgres({ log: () => {} })
  console.log(server.url)
  setInterval(() => {}, 1000)
`

async function answers(url: string): Promise<string | null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
    const { rows } = await client.query(`SELECT current_setting('server_encoding') AS encoding, '清群' AS name`)
    const { rows: where } = await client.query('SHOW data_directory')
    return rows[0].encoding === 'UTF8' && rows[0].name === '清群' ? where[0].data_directory : null
  } finally {
    await client.end()
  }
}

async function gone(url: string, folder: string): Promise<boolean> {
  return vi.waitUntil(async () => !existsSync(folder) && (await answers(url).catch(() => 'refused')) === 'refused', {
    timeout: 15_000,
    interval: 100,
  })
}

afterEach(() => {
  vi.unstubAllEnvs()
})

const installed = (await postgresOnMachine()) !== null

describe('startPostgres', () => {
  it('takes a given database as it is', async () => {
    vi.stubEnv('TEST_DATABASE_URL', 'postgres://somebody@db.example/tests')
    const server = await startPostgres({ log: silent })
    expect(server.url).toBe('postgres://somebody@db.example/tests')
    await server.stop()
  })

  it.runIf(installed)('serves UTF-8 on loopback and leaves nothing behind when it is stopped', async () => {
    vi.stubEnv('TEST_DATABASE_URL', '')
    const server = await startPostgres({ log: silent })
    const folder = await answers(server.url)
    expect(folder).toContain('qingqun-postgres-')
    await server.stop()
    expect(await gone(server.url, folder ?? '')).toBe(true)
  })

  it.runIf(installed)('goes down with its parent even where that one is killed', async () => {
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', PROGRAM], {
      env: { ...process.env, TEST_DATABASE_URL: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [url] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
    const folder = (await answers(url)) ?? ''
    expect(existsSync(folder)).toBe(true)
    parent.kill('SIGKILL')
    expect(await gone(url, folder)).toBe(true)
  })
})

describe('majorVersion', () => {
  it('reads the words of released, packaged and beta servers', () => {
    expect(majorVersion('postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)')).toBe(15)
    expect(majorVersion('postgres (PostgreSQL) 19beta1')).toBe(19)
    expect(majorVersion('command not found')).toBe(0)
  })
})
