import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { App } from '../../src/app.ts'
import { startTestApp } from '../helpers/app.ts'
import { BOAST, TASK } from '../helpers/intake.ts'

const PATIENCE = { timeout: 15_000, interval: 50 }

interface Info {
  secret: string
  channelId: string
  groups: { groupId: string; name: string; members: { memberId: string; name: string; role: string }[] }[]
  transcripts: { id: string; group: string; domain: string; messages: number; days: number }[]
}
interface View {
  policy: { mode: string; version: number }
  group: { members: { memberId: string }[] }
  messages: {
    messageId: string
    text: string
    verdict: { label: string; labelName: string; confidence: number; evidence: object[] } | null
    decisions: { rule: string; action: string; to: string; reason: string; simulated: boolean }[]
  }[]
  ledger: { number: number; kind: string; state: string; title: string; due: string | null }[]
  posts: { to: string; purpose: string; body: string; state: string }[]
}

let app: App
let info: Info
let serial = 0
beforeAll(async () => {
  app = await startTestApp()
  info = (await (await api('')).json()) as Info
})
afterAll(() => app?.stop())

const api = (path: string, init?: RequestInit) => fetch(`${app.url}/api/sandbox${path}`, init)
const view = async (groupId = 'sandbox'): Promise<View> => (await (await api(`/groups/${groupId}`)).json()) as View
const setMode = (body: string, groupId = 'sandbox') => api(`/groups/${groupId}/mode`, { method: 'PUT', body })

/** Says something in a group of the sandbox, signed as its page does (Standard Webhooks). */
async function say(memberId: string, text: string, changes: Record<string, unknown> = {}, secret = info.secret) {
  serial++
  const body = JSON.stringify({
    messageId: `m${serial}`,
    groupId: 'sandbox',
    sentAt: Date.now(),
    sender: { memberId, name: memberId, role: memberId === 'chen' ? 'leader' : 'member' },
    text,
    ...changes,
  })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signature = createHmac('sha256', key).update(`m${serial}.${timestamp}.${body}`).digest('base64')
  return fetch(`${app.url}/callbacks/sandbox/${info.channelId}`, {
    method: 'POST',
    body,
    headers: {
      'webhook-id': `m${serial}`,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
  })
}

async function expectError(response: Response, status: number, code: string) {
  expect([response.status, await response.json()]).toMatchObject([
    status,
    { error: { code, message: expect.any(String) } },
  ])
}

describe('the sandbox', () => {
  it('is open where nothing is configured, with a leader, three members and the transcripts', async () => {
    expect(app.sandboxOpen).toBe(true)
    expect(info.groups.map((group) => group.groupId)).toEqual(['sandbox'])
    expect(info.groups[0]?.members.map(({ role }) => role).sort()).toEqual(['leader', 'member', 'member', 'member'])
    expect(info.transcripts.map(({ id }) => id)).toEqual(['dev-1', 'dev-2', 'dev-3', 'dev-4', 'dev-5'])
    for (const { messages, days, group } of info.transcripts) {
      expect(messages).toBeGreaterThan(10)
      expect(days).toBeGreaterThan(0)
      expect(group).not.toBe('')
    }
    expect((await fetch(`${app.url}/sandbox`)).headers.get('content-type')).toContain('text/html')
  })

  it('shows verdict, decision, reminder and ledger of what is said, each with its reasons', async () => {
    await say('chen', TASK)
    await say('limei', BOAST)
    await vi.waitFor(async () => expect((await view()).posts).toMatchObject([{ state: 'sent' }]), PATIENCE)

    const { messages, ledger, posts } = await view()
    const [task, boast] = messages
    expect(task).toMatchObject({ text: TASK, verdict: { label: 'task', labelName: '任务部署' }, decisions: [] })
    expect(boast).toMatchObject({ verdict: { label: 'boast' }, decisions: [{ action: 'remind-sender', to: 'limei' }] })
    expect(boast?.verdict?.evidence.length).toBeGreaterThan(0)
    expect(boast?.decisions[0]?.reason).not.toBe('')
    expect(ledger).toMatchObject([{ number: 1, kind: 'task', state: 'open', title: expect.stringContaining('危房') }])
    expect(posts).toMatchObject([{ to: 'limei', purpose: 'reminder' }])
  })

  it('gives the digest of a week and of a day', async () => {
    await say('chen', '请各村周四前报送河道清淤台账。')
    for (const query of ['', '?period=week', '?period=day']) {
      const response = await api(`/groups/sandbox/digest${query}`)
      expect(response.status).toBe(200)
      expect((await response.json()) as { markdown: string }).toMatchObject({
        markdown: expect.stringContaining('河道清淤台账'),
      })
    }
    await expectError(await api('/groups/sandbox/digest?period=year'), 400, 'PERIOD_INVALID')
    await expectError(await api('/groups/none/digest'), 404, 'GROUP_UNKNOWN')
  })

  it('gives a transcript to replay, whose group is there before anybody speaks', async () => {
    const transcript = (await (await api('/transcripts/dev-1')).json()) as { messages: object[]; members: object[] }
    expect(transcript.messages).toHaveLength(info.transcripts[0]?.messages ?? 0)
    const { group, messages } = await view('sandbox-dev-1')
    expect([group.members.length, messages]).toEqual([transcript.members.length, []])
  })

  it('answers in words for a group, a transcript or an address that it does not have', async () => {
    await expectError(await api('/groups/none'), 404, 'GROUP_UNKNOWN')
    await expectError(await api('/groups/none/events'), 404, 'GROUP_UNKNOWN')
    await expectError(await setMode('{"mode":"observe"}', 'none'), 404, 'GROUP_UNKNOWN')
    for (const id of ['none', '..%2f..%2fpackage', '__proto__', 'constructor'])
      await expectError(await api(`/transcripts/${id}`), 404, 'TRANSCRIPT_UNKNOWN')
    await expectError(await api('/none'), 404, 'NOT_FOUND')
    await expectError(await api('/groups/sandbox', { method: 'DELETE' }), 404, 'NOT_FOUND')
  })

  it('switches a group between observing and enforcing, each time as a new version of its policy', async () => {
    const group = 'sandbox-dev-2'
    const before = (await view(group)).policy
    expect(before.mode).toBe('enforce')
    const versions = []
    for (const mode of ['observe', 'enforce', 'observe']) {
      expect(await (await setMode(JSON.stringify({ mode }), group)).json()).toEqual({ mode })
      const { policy } = await view(group)
      expect(policy.mode).toBe(mode)
      versions.push(policy.version)
    }
    expect(versions).toEqual([1, 2, 3])
    expect((await view()).policy).toEqual(before)

    await say('limei', BOAST, { groupId: group })
    await vi.waitFor(async () => expect((await view(group)).posts).toMatchObject([{ state: 'simulated' }]), PATIENCE)
    expect((await view(group)).messages[0]?.decisions).toMatchObject([{ action: 'remind-sender', simulated: true }])
  })

  it('refuses any other mode, and a body that is no JSON or too large', async () => {
    for (const body of ['', '{', 'null', '{"mode":"shout"}', '{"mode":"observe","more":1}'])
      await expectError(await setMode(body), 400, 'MODE_INVALID')
    await expectError(await setMode(' '.repeat((1 << 20) + 1)), 413, 'BODY_TOO_LARGE')
    expect((await view()).policy.mode).toBe('enforce')
  })

  it('tells an open page at once, and when something changes in its group alone', async () => {
    const leaving = new AbortController()
    const response = await api('/groups/sandbox-dev-3/events', { signal: leaving.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const next = async () => Buffer.from((await reader.read()).value ?? []).toString()
    expect(await next()).toBe('event: change\ndata: {}\n\n')
    await say('limei', '收到', { groupId: 'sandbox-dev-4' })
    await say('limei', '收到', { groupId: 'sandbox-dev-3' })
    expect(await next()).toBe('event: change\ndata: {}\n\n')
    await setMode('{"mode":"observe"}', 'sandbox-dev-3')
    expect(await next()).toMatch(/^event: change/)
    leaving.abort()
    await expect(reader.read()).rejects.toThrow()
  })

  it('believes nothing that is not signed with the secret of this start', async () => {
    const other = `whsec_${Buffer.alloc(32).toString('base64')}`
    expect((await say('chen', TASK, { groupId: 'sandbox-dev-5' }, other)).status).toBe(401)
    expect((await view('sandbox-dev-5')).messages).toEqual([])
  })

  it('never fails of itself where a message is odd: it is judged, or refused in words', async () => {
    const groupId = 'sandbox-dev-5'
    for (const sentAt of [0, -1, 1.5, 9e15, 'now', null])
      expect([sentAt, (await say('limei', '收到', { groupId, sentAt })).status < 500]).toEqual([sentAt, true])
    for (const text of ['', '水'.repeat(20_000), '坏\ud83d了', '漏\0水', '\u202e好的\u202c'])
      expect([text.slice(0, 9), (await say('limei', text, { groupId })).status]).toEqual([text.slice(0, 9), 200])
    expect((await say('limei', '水'.repeat(20_001), { groupId })).status).toBe(400)
  })
})
