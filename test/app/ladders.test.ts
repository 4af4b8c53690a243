import { randomBytes, randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { openWays } from '../../src/app/ways.ts'
import { readEnv } from '../../src/env.ts'
import { startFakeFeishu } from '../platforms/fake-feishu.ts'
import { startFakeWecom } from '../platforms/fake-wecom.ts'
import { FEISHU_APP } from '../platforms/feishu-wire.ts'

const GROUP = { kind: 'group' } as const
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

function waysWith(variables: Record<string, string>) {
  const lines: Record<string, unknown>[] = []
  const ways = openWays({
    env: readEnv(variables),
    now: Date.now,
    fetch: globalThis.fetch,
    timing: { now: Date.now, sleep: async () => {}, random: () => 0.5 },
    random: randomBytes,
    newId: randomUUID,
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    signal: new AbortController().signal,
    sandboxSecret: 'sandbox-secret-of-the-tests',
    db: new Promise(() => {}),
    onQuota: () => {},
    onUnused: () => {},
  })
  return { ways, lines }
}

/** A platform's words to a group, by whatever channel the route names, and by one that an older entry names. */
async function sayTo(ways: ReturnType<typeof openWays>, adapter: string, groupId: string, channel?: string) {
  const name = channel ?? ways.route({ tenantId: 'default', groupId, adapter }, GROUP) ?? ''
  return ways.channels.get(name)?.send({ groupId, audience: GROUP, outboxId: randomUUID(), body: '请按时报送' })
}

describe('the ways out of one platform', () => {
  it('serve a WeCom group one after another: a robot that was removed gives way to the chat of the app', async () => {
    const fake = await startFakeWecom({ webhookKeys: ['webhook-key-0001'], chatIds: ['chat-0001'] })
    open.push(fake)
    const { ways, lines } = waysWith({
      WECOM_API_BASE: fake.url,
      WECOM_WEBHOOKS: JSON.stringify({ wrG1: 'webhook-key-0001', wrG2: 'webhook-key-gone' }),
      WECOM_CORP_ID: 'wwcorp',
      WECOM_APP_SECRET: 'app-secret',
      WECOM_AGENT_ID: '1000002',
      WECOM_APPCHATS: JSON.stringify({ wrG1: 'chat-0001', wrG2: 'chat-0001' }),
    })
    expect(await sayTo(ways, 'wecom', 'wrG1')).toMatchObject({ status: 'sent' })
    expect(lines).toEqual([])
    expect(await sayTo(ways, 'wecom', 'wrG2')).toMatchObject({ status: 'sent' })
    expect(fake.sent.map(({ kind }) => kind)).toEqual(['webhook', 'appchat'])
    expect(lines).toMatchObject([{ channel: 'wecom-webhook:main', to: 'wecom-appchat:main', code: 'WECOM_93000' }])
    expect(JSON.stringify(lines)).not.toContain('webhook-key-gone')
  })

  it('serve a Feishu group so, too, and what was queued under the name of one of them finds it still', async () => {
    const fake = await startFakeFeishu({ hooks: { 'feishu-hook-0001': '' } })
    open.push(fake)
    const { ways, lines } = waysWith({
      FEISHU_API_BASE: fake.url,
      FEISHU_WEBHOOKS: JSON.stringify({ oc_1: 'feishu-hook-gone', oc_2: 'feishu-hook-0001' }),
      FEISHU_APP_ID: FEISHU_APP.appId,
      FEISHU_APP_SECRET: FEISHU_APP.appSecret,
    })
    expect(await sayTo(ways, 'feishu', 'oc_1')).toMatchObject({ status: 'sent' })
    expect(await sayTo(ways, 'feishu', 'oc_2', 'feishu-webhook:main')).toMatchObject({ status: 'sent' })
    expect(fake.sent.map(({ to }) => to)).toEqual(['oc_1', 'feishu-hook-0001'])
    expect(lines).toMatchObject([{ channel: 'feishu-webhook:main', to: 'feishu-app:main' }])
  })

  it('cut a text for those that may come to say it', () => {
    const { ways } = waysWith({
      WECOM_WEBHOOKS: JSON.stringify({ wrG1: 'webhook-key-0001' }),
      WECOM_CORP_ID: 'wwcorp',
      WECOM_APP_SECRET: 'app-secret',
      WECOM_AGENT_ID: '1000002',
    })
    const ladder = ways.channels.get('wecom:main')
    const bytesTo = (audience: Parameters<NonNullable<typeof ladder>['reaches']>[0]['audience']) =>
      ladder?.maxBytesTo?.({ groupId: 'wrG1', audience })
    expect([bytesTo(GROUP), bytesTo({ kind: 'member', memberId: 'limei' })]).toEqual([4096, 2048])
  })
})
