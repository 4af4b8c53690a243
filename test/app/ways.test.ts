import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openWays } from '../../src/app/ways.ts'
import { readEnv } from '../../src/env.ts'

const WEBHOOK = { WECOM_WEBHOOKS: '{"wrG1":"webhook-key-0001"}' }
const APP = { WECOM_CORP_ID: 'wwcorp', WECOM_APP_SECRET: 'app-secret', WECOM_AGENT_ID: '1000002' }
const DINGTALK = { DINGTALK_APP_KEY: 'k', DINGTALK_APP_SECRET: 's', DINGTALK_ROBOT_CODE: 'r' }

const ways = (variables: Record<string, string>) =>
  openWays({
    env: readEnv(variables),
    now: () => 0,
    fetch: () => Promise.reject(new Error('nothing is sent here')),
    random: randomBytes,
    sandboxSecret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    onQuota: () => {},
  })

const group = (adapter: string, groupId = 'wrG1') => ({
  tenantId: 'default',
  groupId,
  adapter,
  channelId: 'main',
  chat: 'group' as const,
  name: null,
  ownerId: null,
  nextNumber: 1,
})
const GROUP = { kind: 'group' as const }
const MEMBER = { kind: 'member' as const, memberId: 'limei' }

describe('openWays', () => {
  it('opens the sandbox where nothing real is configured, or where it is told to', () => {
    expect(ways({}).sandboxOpen).toBe(true)
    for (const real of [WEBHOOK, APP, DINGTALK]) {
      expect(ways(real).sandboxOpen).toBe(false)
      expect(ways({ ...real, SANDBOX: 'on' }).sandboxOpen).toBe(true)
    }
    expect(ways({ SANDBOX: 'off' })).toMatchObject({ sandboxOpen: false, adapters: [] })
  })

  it('leads to a group by its webhook, to a member by the app, and only within one platform', () => {
    const { route } = ways({ ...WEBHOOK, ...APP, ...DINGTALK })
    expect(route(group('wecom'), GROUP)).toBe('wecom-webhook:main')
    expect(route(group('wecom', 'wrOther'), GROUP)).toBeNull()
    expect(route(group('wecom', 'wrOther'), MEMBER)).toBe('wecom-app:main')
    expect(route(group('dingtalk'), MEMBER)).toBe('dingtalk-private:main')
    expect(route(group('dingtalk'), GROUP)).toBeNull()
    expect(route(group('feishu'), MEMBER)).toBeNull()
    expect(ways(WEBHOOK).route(group('wecom'), MEMBER)).toBeNull()
  })

  it('simulates only what a real way could do', () => {
    const { simulated, channels } = ways(WEBHOOK)
    expect(simulated(group('wecom'), GROUP)).toBe('simulated')
    expect(simulated(group('wecom'), MEMBER)).toBeNull()
    expect([...channels.keys()].sort()).toEqual(['simulated', 'wecom-webhook:main'])
  })
})
