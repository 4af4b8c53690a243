import { randomBytes, randomUUID } from 'node:crypto'
import { pino } from 'pino'
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
    timing: { now: () => 0, sleep: async () => {}, random: () => 0.5 },
    random: randomBytes,
    newId: randomUUID,
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    sandboxSecret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    db: new Promise(() => {}),
    onQuota: () => {},
    onUnused: () => {},
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

const LONG = { WECOM_BOT_ID: 'bot', WECOM_BOT_SECRET: 'secret' }
const FEISHU = { FEISHU_APP_ID: 'cli_0123456789abcdef', FEISHU_APP_SECRET: 's' }
const DWS = { DINGTALK_DWS: '[["dws","event","consume","user_im_message_receive_group_all","-f","ndjson"]]' }

describe('ways that stay open', () => {
  const listening = (variables: Record<string, string>) =>
    ways(variables).listeners.map(({ adapter, channelId, exclusive }) => `${adapter}:${channelId} ${exclusive}`)

  it('are those that are configured, and the sandbox closes for them', () => {
    expect(listening({})).toEqual([])
    expect(listening(LONG)).toEqual(['wecom:main true'])
    expect(listening({ ...DINGTALK, DINGTALK_STREAM: 'on' })).toEqual(['dingtalk:stream false'])
    expect(listening({ ...FEISHU, FEISHU_CONNECTION: 'on' })).toEqual(['feishu:main false'])
    expect(listening(DWS)).toEqual([expect.stringContaining('dws-1')])
    for (const one of [LONG, DWS, FEISHU]) expect(ways(one).sandboxOpen).toBe(false)
  })

  it('tell of the archive’s keys that cannot be read, before anything is opened', () => {
    const archive = {
      WECOM_CORP_ID: 'wwcorp',
      WECOM_ARCHIVE_SECRET: 's',
      WECOM_ARCHIVE_LIBRARY: '/nowhere/libWeWorkFinanceSdk_C.so',
      WECOM_ARCHIVE_KEYS: '1=/nowhere/key.pem',
    }
    expect(() => ways(archive)).toThrow(expect.objectContaining({ code: expect.stringContaining('KEY') }))
  })
})

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
    expect(route(group('wecom'), GROUP)).toBe('wecom:main')
    expect(route(group('wecom', 'wrOther'), GROUP)).toBeNull()
    expect(route(group('wecom', 'wrOther'), MEMBER)).toBe('wecom:main')
    expect(route(group('dingtalk'), MEMBER)).toBe('dingtalk-private:main')
    expect(route(group('dingtalk'), GROUP)).toBeNull()
    expect(route(group('feishu'), MEMBER)).toBeNull()
    expect(ways(WEBHOOK).route(group('wecom'), MEMBER)).toBeNull()
  })

  it('simulates only what a real way could do', () => {
    const { simulated, channels } = ways(WEBHOOK)
    expect(simulated(group('wecom'), GROUP)).toBe('simulated')
    expect(simulated(group('wecom'), MEMBER)).toBeNull()
    expect([...channels.keys()].sort()).toEqual(['simulated', 'wecom-webhook:main', 'wecom:main'])
  })
})
