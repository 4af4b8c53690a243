import { randomBytes, randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { openWays } from '../../src/app/ways.ts'
import { readEnv } from '../../src/env.ts'
import type { Store } from '../../src/store/database.ts'
import { fixture } from '../adapters/dingtalk/fixture.ts'
import { onEachStore } from '../helpers/stores.ts'
import { createEars } from '../platforms/ears.ts'
import { startFakeDingtalk } from '../platforms/fake-dingtalk.ts'
import { startFakeDingtalkStream } from '../platforms/fake-dingtalk-stream.ts'
import { feignTiming } from '../platforms/feigned-timing.ts'

const NOW = 1_695_199_269_500
const GROUP = 'cidjMOszAhS4Jg=='
const until = (check: () => unknown) => vi.waitFor(check, { interval: 5, timeout: 10_000 })

/** A process as it starts: it knows nothing but what is in the store. */
function startNode(store: Store, api: string, sessionHost: string, written: string[]) {
  const timing = feignTiming(NOW)
  return openWays({
    env: readEnv({
      DINGTALK_APP_KEY: 'ding-key',
      DINGTALK_APP_SECRET: 'ding-secret',
      DINGTALK_ROBOT_CODE: 'ding1fdabddc',
      DINGTALK_STREAM: 'on',
      DINGTALK_API_BASE: api,
      DINGTALK_SESSION_ORIGINS: sessionHost,
    }),
    now: timing.now,
    fetch: globalThis.fetch,
    timing,
    random: randomBytes,
    newId: randomUUID,
    log: pino({ level: 'trace' }, { write: (line: string) => void written.push(line) }),
    db: Promise.resolve(store.db),
    signal: new AbortController().signal,
    sandboxSecret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    onQuota: () => {},
    onUnused: () => {},
  })
}

onEachStore('an address by which DingTalk lets a conversation be answered', (stores) => {
  it('is learnt from Stream by one node, serves another after a restart, and is in no log', async () => {
    const store = await stores.open()
    const stream = await startFakeDingtalkStream()
    const dingtalk = await startFakeDingtalk({ sessions: ['c610'], groups: [], now: () => NOW })
    const written: string[] = []
    const first = startNode(store, stream.url, dingtalk.url, written)
    const aborter = new AbortController()
    const ears = createEars()
    const listening = first.listeners[0]?.listen(ears, aborter.signal)
    await until(() => expect(stream.open).toBe(1))
    stream.tell({ ...fixture('robot-text'), sessionWebhook: `${dingtalk.url}/robot/sendBySession?session=c610` })
    await until(() => expect(ears.messages).toHaveLength(1))
    aborter.abort()
    await listening

    const second = startNode(store, dingtalk.url, dingtalk.url, written)
    const message = { groupId: GROUP, audience: { kind: 'group' as const }, outboxId: 'o1', body: '本周清单 3 项' }
    expect(second.route({ tenantId: 'default', groupId: GROUP, adapter: 'dingtalk' }, message.audience)).toBe(
      'dingtalk:main',
    )
    expect(await second.channels.get('dingtalk:main')?.send(message)).toMatchObject({ status: 'sent' })
    expect(dingtalk.sent).toMatchObject([{ to: ['c610'], text: '本周清单 3 项' }])
    expect(written.join('')).not.toContain('c610')
    await stream.close()
    await dingtalk.close()
  })
})
