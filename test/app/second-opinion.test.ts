import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, expect, it, vi } from 'vitest'
import type { App } from '../../src/app.ts'
import { loadJudge } from '../../src/judge/load.ts'
import { canRelieve } from '../../src/judge/second-opinion/relief.ts'
import { openStore } from '../../src/store/database.ts'
import { startTestApp } from '../helpers/app.ts'
import { completion } from '../judge/second-opinion/fixtures.ts'
import { json, type Loopback, type SeenRequest, startLoopback } from '../platforms/loopback.ts'

const PATIENCE = { timeout: 20_000, interval: 100 }

/** Words that could be one thing or another; one of them may be a problem to whatever model is shipped, or not. */
const VAGUE = [
  '水还是那样流着',
  '门又那样了',
  '今天又没来',
  '那个事情还是老样子',
  '今天又去了一趟,还行',
  '大家都看一下吧',
  '三组那边弄得挺好的,就是有点慢',
  '行,那就这样',
  '又来了,真是的',
  '昨天说的那个搞好了没得',
  '咱们这次可以的,继续',
]
const doubtful = (): string => {
  const judge = loadJudge()
  const found = VAGUE.find((text) => {
    const { label, confidence, probabilities } = judge.classify({ text, role: 'member', from: 'limei', context: [] })
    const isTorn = confidence >= 0.35 && confidence < 0.75 && probabilities.problem > 0.1
    return isTorn && canRelieve(label, false) && label !== 'problem'
  })
  if (found === undefined) throw new Error('none of these is doubtful any more: add another')
  return found
}

let app: App | undefined
let service: Loopback | undefined
let folder: string | undefined
afterEach(async () => {
  await app?.stop()
  await service?.close()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

async function say(url: string, text: string): Promise<void> {
  const { secret, channelId } = (await (await fetch(`${url}/api/sandbox`)).json()) as Record<string, string>
  const body = JSON.stringify({
    messageId: 'm1',
    groupId: 'sandbox',
    sentAt: Date.now(),
    sender: { memberId: 'limei', name: '李梅', role: 'member' },
    text,
  })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const key = Buffer.from((secret ?? '').replace('whsec_', ''), 'base64')
  const signature = createHmac('sha256', key).update(`m1.${timestamp}.${body}`).digest('base64')
  const response = await fetch(`${url}/callbacks/sandbox/${channelId}`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': 'm1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
  })
  expect(response.status).toBe(200)
}

const view = async (url: string) =>
  (await (await fetch(`${url}/api/sandbox/groups/sandbox`)).json()) as {
    messages: { verdict: { label: string; evidence: { reason: string }[] } | null }[]
    ledger: { kind: string; state: string }[]
  }

it('asks the configured service about a doubtful message and keeps the work that it finds', async () => {
  const seen: SeenRequest[] = []
  service = await startLoopback((request) => {
    seen.push(request)
    return json(completion('{"label":"problem","confidence":0.95,"flags":[],"why":"说的是没解决的事"}'))
  })
  app = await startTestApp({
    SECOND_OPINION_BASE_URL: `${service.url}/v1`,
    SECOND_OPINION_MODEL: 'm1',
    SECOND_OPINION_API_KEY: 'sk-secret',
  })
  const { url } = app
  await say(url, doubtful())
  await vi.waitFor(async () => expect((await view(url)).ledger).toMatchObject([{ kind: 'problem' }]), PATIENCE)
  const { messages } = await view(url)
  expect(messages.at(-1)?.verdict?.label).toBe('problem')
  expect(
    messages
      .at(-1)
      ?.verdict?.evidence.map(({ reason }) => reason)
      .join(),
  ).toContain('第二意见:问题反馈')
  expect(seen).toHaveLength(1)
  expect(seen[0]).toMatchObject({ path: '/v1/chat/completions', headers: { authorization: 'Bearer sk-secret' } })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('qingqun_second_opinions_total{code="GIVEN"} 1')
  expect(metrics).toMatch(/qingqun_verdicts_corrected_total\{from="\w+",to="problem"\} 1/)
})

it('calls nobody by default, and has nothing waiting for an opinion', async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-opinion-'))
  const fetched = vi.fn(globalThis.fetch)
  app = await startTestApp({ DATA_DIR: folder }, { fetch: fetched, inMemory: false })
  const { url } = app
  await say(url, doubtful())
  await vi.waitFor(async () => expect((await view(url)).messages.at(-1)?.verdict).toBeTruthy(), PATIENCE)
  await app.stop()
  const store = await openStore({ kind: 'embedded', folder })
  const { rows } = await sql`select id from pgboss.job where name = 'opinions'`.execute(store.db)
  await store.close()
  expect(rows).toEqual([])
  expect(fetched).not.toHaveBeenCalled()
})
