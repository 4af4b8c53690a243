import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { App } from '../../src/app.ts'
import { startTestApp } from '../helpers/app.ts'
import { ENFORCED } from '../helpers/intake.ts'
import { type FakeDingtalk, startFakeDingtalk } from '../platforms/fake-dingtalk.ts'
import { type FakeWecom, startFakeWecom } from '../platforms/fake-wecom.ts'
import { VECTOR_SECRETS } from '../platforms/wecom-wire.ts'
import { type TestDatabase, testDatabase } from './test-database.ts'

/** The moment at which the whole office lives: that of the WeCom vectors. */
export const NOW = 1_700_000_005_000

export const DING_SECRET = 'ding-secret'

/** Everything that must never be seen in a log. */
export const SECRETS = [VECTOR_SECRETS.token, VECTOR_SECRETS.encodingAesKey, 'app-secret', DING_SECRET, 'token-1']

/** A delivery as a platform posts it. */
export interface Delivery {
  method: 'GET' | 'POST'
  query: string
  headers: Record<string, string>
  body: Buffer
}

/** The real app with both platforms configured, the platforms themselves, and a way to look into the store. */
export interface Office {
  app: App
  database: TestDatabase
  wecom: FakeWecom
  dingtalk: FakeDingtalk
  /** Lines of the log so far, at the level `trace`. */
  logged: string[]
  deliver(adapter: string, delivery: Delivery): Promise<Response>
  close(): Promise<void>
}

export async function openOffice(): Promise<Office> {
  const folder = await mkdtemp(join(tmpdir(), 'qq-office-'))
  const policy = join(folder, 'policy.yaml')
  await writeFile(policy, ENFORCED)
  const [database, wecom, dingtalk] = [await testDatabase(), await startFakeWecom(), await startFakeDingtalk()]
  const logged: string[] = []
  const app = await startTestApp(
    {
      DATABASE_URL: database.url,
      POLICY_FILE: policy,
      LEADERS: 'chen',
      WECOM_BOT_TOKEN: VECTOR_SECRETS.token,
      WECOM_BOT_AES_KEY: VECTOR_SECRETS.encodingAesKey,
      WECOM_CORP_ID: 'wwcorp',
      WECOM_APP_SECRET: 'app-secret',
      WECOM_AGENT_ID: '1000002',
      WECOM_API_BASE: wecom.url,
      DINGTALK_APP_KEY: 'ding-key',
      DINGTALK_APP_SECRET: DING_SECRET,
      DINGTALK_ROBOT_CODE: 'ding1fdabddc',
      DINGTALK_API_BASE: dingtalk.url,
    },
    { now: () => NOW, log: pino({ level: 'trace' }, { write: (line) => void logged.push(line) }) },
  )
  return {
    app,
    database,
    wecom,
    dingtalk,
    logged,
    deliver: (adapter, { method, query, headers, body }) =>
      fetch(`${app.url}/callbacks/${adapter}/main?${query}`, {
        method,
        headers,
        ...(method === 'POST' ? { body: new Uint8Array(body) } : {}),
      }),
    close: async () => {
      await app.stop()
      await Promise.all([wecom.close(), dingtalk.close(), database.drop(), rm(folder, { recursive: true })])
    },
  }
}
