import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { VECTORS } from '../adapters/wecom/vectors.ts'
import { BOAST, TASK } from '../helpers/intake.ts'
import { dingtalkBody, dingtalkDelivery } from '../platforms/dingtalk-wire.ts'
import {
  VECTOR_SECRETS,
  wecomDelivery,
  wecomGroupText,
  wecomPost,
  wecomSeal,
  wecomSignature,
  wecomUnseal,
  wecomVerification,
} from '../platforms/wecom-wire.ts'
import { type Delivery, DING_SECRET, NOW, type Office, openOffice, SECRETS } from './office.ts'

const PATIENCE = { timeout: 15_000, interval: 50 }
const MIB = 1 << 20

let office: Office
let serial = 0
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office?.close())

const newId = () => `id-${++serial}`
const wecom = (text: string, by = 'zhangsan', id = newId(), chat = 'wrG1') =>
  wecomDelivery(VECTOR_SECRETS, wecomGroupText(id, `@清群 ${text}`, by, chat), NOW)
const dingtalk = (text: string, changes: Record<string, unknown> = {}) =>
  dingtalkDelivery(
    DING_SECRET,
    dingtalkBody({ msgId: newId(), text: { content: ` ${text}` }, createAt: NOW, ...changes }),
    NOW,
  )

/** What a stream answer of WeCom says, after checking its signature. */
async function wecomAnswer(response: Response): Promise<string> {
  const { encrypt, msgsignature, timestamp, nonce } = JSON.parse(await response.text())
  expect(wecomSignature(VECTOR_SECRETS.token, String(timestamp), nonce, encrypt)).toBe(msgsignature)
  const { message, receiveId } = wecomUnseal(VECTOR_SECRETS, encrypt)
  expect(receiveId).toBe('')
  return JSON.parse(message).stream.content
}

const countOf = async (table: string) =>
  Number((await office.database.query<{ count: string }>(`select count(*) from ${table}`))[0]?.count)

/** That a delivery is refused with this status and code, and leaves no trace in the store. */
async function expectRefusal(sending: () => Promise<Response>, status: number, code: string): Promise<void> {
  const before = await countOf('messages')
  const response = await sending()
  expect(await response.json()).toMatchObject({
    error: { code, message: expect.any(String), hint: expect.any(String) },
  })
  expect([response.status, await countOf('messages')]).toEqual([status, before])
}

describe('callbacks of WeCom', () => {
  it('answer the verification of their address with the decrypted text, and with no message', async () => {
    const { timestamp } = VECTORS.find(({ name }) => name === 'V5') as (typeof VECTORS)[4]
    const asked = (echo: string) => wecomVerification(VECTOR_SECRETS, echo, Number(timestamp) * 1000)
    const response = await office.deliver('wecom', asked('1616140317555161061'))
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(await response.text()).toBe('1616140317555161061')
    const captured = await office.deliver('wecom', asked('{"msgid":"M1","text":{"content":"秘密"}}'))
    expect(captured.status).toBe(400)
    expect(await captured.text()).not.toContain('秘密')
  })

  it('store the message of a vector', async () => {
    const { encrypt, timestamp, nonce } = VECTORS.find(({ name }) => name === 'V2') as (typeof VECTORS)[1]
    const response = await office.deliver('wecom', wecomPost(VECTOR_SECRETS, encrypt, timestamp, nonce))
    expect(response.status).toBe(200)
    expect(await office.database.query("select text, sender_id from messages where group_id = 'wrCHATID'")).toEqual([
      { text: '你好', sender_id: 'zhangsan' },
    ])
  })

  it('acknowledge a message once it is stored, and not before', async () => {
    const blocker = await office.database.connect()
    const waiting = () =>
      office.database.query("select 1 from pg_locks where not granted and relation = 'messages'::regclass")
    try {
      await blocker.query('begin; lock table messages in exclusive mode')
      let acknowledged = false
      const id = newId()
      const delivery = office.deliver('wecom', wecom(TASK, 'chen', id)).then((response) => {
        acknowledged = true
        return response
      })
      await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), PATIENCE)
      expect(acknowledged).toBe(false)
      await blocker.query('commit')
      expect((await delivery).status).toBe(200)
      expect(await office.database.query(`select text from messages where message_id = '${id}'`)).toEqual([
        { text: TASK },
      ])
    } finally {
      blocker.release()
    }
  })

  it('give three deliveries of one message one effect and one answer', async () => {
    const same = wecom('请各村周三前报送防汛物资清单。', 'chen', newId(), 'wrThrice')
    const at = async () => wecomAnswer(await office.deliver('wecom', same))
    const answers = [...(await Promise.all([at(), at()])), await at()]
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('已记为第 1 号任务')
    const inGroup = "where group_id = 'wrThrice'"
    expect(await office.database.query(`select 1 from messages ${inGroup}`)).toHaveLength(1)
    expect(await office.database.query(`select 1 from ledger_items ${inGroup}`)).toHaveLength(1)
    expect(await office.database.query(`select 1 from outbox ${inGroup}`)).toHaveLength(1)
  })

  it('answer 任务清单 in the encrypted stream that the platform accepts', async () => {
    await office.deliver('wecom', wecom('请各村周五前报送危房台账。', 'chen', newId(), 'wrList'))
    const response = await office.deliver('wecom', wecom('任务清单', 'zhangsan', newId(), 'wrList'))
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    expect(await wecomAnswer(response)).toMatch(/1号.*危房台账/)
  })

  it('bring a boast to its sender by exactly one private message, however often it is delivered', async () => {
    const boast = wecom(BOAST, 'WangQiang', newId(), 'wrBoast')
    for (let times = 0; times < 3; times++) expect((await office.deliver('wecom', boast)).status).toBe(200)
    const toSender = () => office.wecom.sent.filter((sent) => sent.to === 'WangQiang')
    await vi.waitFor(() => expect(toSender()).toHaveLength(1), PATIENCE)
    expect(toSender()[0]).toMatchObject({ kind: 'app', content: expect.stringContaining('全市乡村振兴考核第一名') })
    const entries = () => office.database.query("select state, attempts from outbox where recipient = 'WangQiang'")
    await vi.waitFor(async () => expect(await entries()).toEqual([{ state: 'sent', attempts: 1 }]), PATIENCE)
    expect(office.wecom.seen.filter(({ path }) => path === '/cgi-bin/message/send')).toHaveLength(
      office.wecom.sent.length,
    )
  })
})

describe('callbacks of DingTalk', () => {
  const inGroup = { conversationId: 'cidThrice' }

  it('give three deliveries of one message one effect and one answer', async () => {
    const same = dingtalk('请各科室周三前报送值班表。', inGroup)
    const deliver = async () => (await office.deliver('dingtalk', same)).json()
    const answers = [...(await Promise.all([deliver(), deliver()])), await deliver()]
    expect(answers[0]).toMatchObject({
      msgtype: 'markdown',
      markdown: { text: expect.stringContaining('已记为第 1 号') },
    })
    expect(answers).toEqual([answers[0], answers[0], answers[0]])
    expect(await office.database.query("select text from messages where group_id = 'cidThrice'")).toEqual([
      { text: '请各科室周三前报送值班表。' },
    ])
  })

  it('answer 任务清单 in the response', async () => {
    const group = { conversationId: 'cidList' }
    await office.deliver('dingtalk', dingtalk('请各科室周五前报送车辆台账。', group))
    const response = await office.deliver('dingtalk', dingtalk('任务清单', group))
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ markdown: { text: expect.stringMatching(/1号.*车辆台账/) } })
  })

  it('bring a boast to its sender by exactly one private message', async () => {
    const boast = dingtalk(BOAST, { conversationId: 'cidBoast', senderStaffId: 'staff-7', isAdmin: false })
    for (let times = 0; times < 3; times++) expect((await office.deliver('dingtalk', boast)).status).toBe(200)
    await vi.waitFor(() => expect(office.dingtalk.sent).toHaveLength(1), PATIENCE)
    expect(office.dingtalk.sent[0]).toMatchObject({ to: ['staff-7'], text: expect.stringContaining('第一名') })
    const entries = () => office.database.query("select state from outbox where recipient = 'staff-7'")
    await vi.waitFor(async () => expect(await entries()).toEqual([{ state: 'sent' }]), PATIENCE)
    expect(office.dingtalk.seen.filter(({ path }) => path.endsWith('/batchSend'))).toHaveLength(1)
  })
})

describe('callbacks that are not believed or not understood', () => {
  const refuse = (adapter: string, delivery: Delivery, status: number, code: string) =>
    expectRefusal(() => office.deliver(adapter, delivery), status, code)

  it('are refused with 401 where the signature is wrong or missing, or the time is stale', async () => {
    const [good, ding] = [wecom(TASK), dingtalk(TASK)]
    await refuse(
      'wecom',
      { ...good, query: `${good.query.replace(/msg_signature=./, 'msg_signature=0')}0` },
      401,
      'SIGNATURE_INVALID',
    )
    await refuse('wecom', { ...good, query: '' }, 401, 'SIGNATURE_INVALID')
    await refuse(
      'wecom',
      wecomDelivery(VECTOR_SECRETS, wecomGroupText('late', TASK), NOW - 700_000),
      401,
      'TIMESTAMP_STALE',
    )
    await refuse('dingtalk', { ...ding, headers: { ...ding.headers, sign: 'AAAA' } }, 401, 'SIGNATURE_INVALID')
    await refuse('dingtalk', { ...ding, headers: {} }, 401, 'SIGNATURE_INVALID')
    await refuse('dingtalk', dingtalkDelivery(DING_SECRET, dingtalkBody(), NOW - 3_700_000), 401, 'TIMESTAMP_STALE')
    await refuse('dingtalk', { ...ding, method: 'GET', headers: {} }, 401, 'SIGNATURE_INVALID')
  })

  it('are refused with 403 where they are meant for somebody else', async () => {
    const foreign = { ...VECTOR_SECRETS, receiveId: 'ww1234567890abcdef' }
    await refuse('wecom', wecomDelivery(foreign, wecomGroupText('foreign', TASK), NOW), 403, 'RECEIVER_WRONG')
    await refuse('dingtalk', dingtalk(TASK, { robotCode: 'dingOther' }), 403, 'RECEIVER_WRONG')
  })

  it('are refused with 400 where they are no JSON, XML, or declare a document type', async () => {
    const bodies = [
      '',
      '{',
      '[]',
      '<xml><Encrypt>a</Encrypt></xml>',
      '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
      '\xff\xfe',
    ]
    for (const text of bodies) {
      const body = Buffer.from(text, 'latin1')
      const wrong = await office.deliver('wecom', { ...wecom(TASK), body })
      expect([wrong.status, text]).toEqual([400, text])
      const ding = { ...dingtalk(TASK), body }
      expect([(await office.deliver('dingtalk', ding)).status, text]).toEqual([400, text])
    }
    await refuse('wecom', wecomDelivery(VECTOR_SECRETS, '{"msgid":', NOW), 400, 'BODY_INVALID')
    const sealed = wecomSeal(VECTOR_SECRETS, '<!DOCTYPE a>')
    await refuse('wecom', wecomPost(VECTOR_SECRETS, sealed, String(NOW / 1000), 'n'), 400, 'BODY_INVALID')
    await refuse('dingtalk', dingtalk(TASK, { conversationId: '' }), 400, 'MESSAGE_MALFORMED')
  })

  it('are kept as unsupported where the type of the message is unknown', async () => {
    const unknown = { ...wecomGroupText(newId(), ''), chatid: 'wrUnknown', msgtype: 'hologram' }
    expect((await office.deliver('wecom', wecomDelivery(VECTOR_SECRETS, unknown, NOW))).status).toBe(200)
    const ding = dingtalk('', { conversationId: 'cidUnknown', msgtype: 'hologram', text: undefined })
    expect((await office.deliver('dingtalk', ding)).status).toBe(200)
    const rows = await office.database.query(
      "select kind, label from messages where group_id in ('wrUnknown', 'cidUnknown')",
    )
    expect(rows).toEqual(Array.from({ length: 2 }, () => ({ kind: 'unsupported', label: null })))
  })

  it('are judged or kept whatever is in their text: nothing, 20,000 characters, half characters, NUL', async () => {
    const texts = ['', '水'.repeat(20_000 - 4), '坏\ud83d了', '漏\0水', '\u202e好的\u202c']
    for (const text of texts)
      expect((await office.deliver('wecom', wecom(text, 'odd', newId(), 'wrOdd'))).status).toBe(200)
    expect(await office.database.query("select 1 from messages where group_id = 'wrOdd'")).toHaveLength(texts.length)
    await refuse('wecom', wecom('水'.repeat(20_001)), 400, 'TEXT_TOO_LONG')
    for (const createAt of [9e15, -1, 'soon', 1e300])
      expect((await office.deliver('dingtalk', dingtalk('收到', { createAt }))).status).toBe(200)
  })

  it('are refused with 413 above 1 MiB, whether or not they say how long they are', async () => {
    const url = `${office.app.url}/callbacks/wecom/main`
    await expectRefusal(() => fetch(url, { method: 'POST', body: new Uint8Array(MIB + 1) }), 413, 'BODY_TOO_LARGE')
    const chunked = () => new Response(new Blob([new Uint8Array(MIB + 1)])).body
    const inPieces = () => fetch(url, { method: 'POST', body: chunked(), duplex: 'half' } as RequestInit)
    await expectRefusal(inPieces, 413, 'BODY_TOO_LARGE')
    expect((await fetch(url, { method: 'POST', body: new Uint8Array(MIB) })).status).toBe(400)
  })

  it('are refused with 404 for a way in that is not configured, and 405 for other methods', async () => {
    const url = (path: string) => `${office.app.url}/callbacks/${path}`
    for (const path of ['feishu/main', 'wecom/other', 'sandbox/demo', '__proto__/main'])
      await expectRefusal(() => fetch(url(path), { method: 'POST', body: '{}' }), 404, 'CHANNEL_UNKNOWN')
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      await expectRefusal(() => fetch(url('wecom/main'), { method }), 405, 'METHOD_NOT_ALLOWED')
    expect((await fetch(url('wecom/main'), { method: 'OPTIONS' })).headers.get('allow')).toBe('GET, POST')
  })

  it('leave no trace where the sender hangs up half way', async () => {
    const before = await countOf('messages')
    await new Promise<void>((resolve) => {
      const half = request(`${office.app.url}/callbacks/wecom/main`, {
        method: 'POST',
        headers: { 'content-length': '1000' },
      })
      half.on('error', () => resolve())
      half.write('{"encrypt":', () => half.destroy(new Error('hung up')))
    })
    expect((await fetch(`${office.app.url}/healthz`)).status).toBe(200)
    expect(await countOf('messages')).toBe(before)
  })

  it('are logged by their code, with neither secret nor text', async () => {
    const mark = '机密文本七七七'
    const foreign = { ...VECTOR_SECRETS, receiveId: 'ww1234567890abcdef' }
    await office.deliver('wecom', wecom(mark))
    await office.deliver('wecom', { ...wecom(mark), query: '' })
    await office.deliver('wecom', wecomDelivery(foreign, wecomGroupText('m', mark), NOW))
    await office.deliver('wecom', wecomDelivery(VECTOR_SECRETS, `{"msgid": "${mark}`, NOW))
    await office.deliver('dingtalk', dingtalk(mark, { robotCode: mark }))
    const lines = office.logged.map((line) => JSON.parse(line))
    for (const code of ['SIGNATURE_INVALID', 'RECEIVER_WRONG', 'BODY_INVALID'])
      expect(lines).toContainEqual(expect.objectContaining({ msg: 'callback refused', channel: 'main', code }))
    const all = office.logged.join('')
    for (const secret of [...SECRETS, mark, BOAST, TASK]) expect(all).not.toContain(secret)
    expect(lines.filter(({ level }) => level >= 50)).toEqual([])
  })
})

describe('the rest of the server', () => {
  const get = (path: string, init?: RequestInit) => fetch(`${office.app.url}${path}`, { redirect: 'manual', ...init })

  it('says that it lives and that it is ready', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' })
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready' })
  })

  it('counts what it takes in and what it refuses, for Prometheus', async () => {
    await office.deliver('wecom', wecom(TASK))
    await office.deliver('wecom', { ...wecom(TASK), query: '' })
    const response = await get('/metrics')
    expect(response.headers.get('content-type')).toContain('text/plain')
    const text = await response.text()
    expect(text).toMatch(/qingqun_messages_total\{adapter="wecom",label="task"\} [1-9]/)
    expect(text).toMatch(/qingqun_callbacks_refused_total\{adapter="wecom",code="SIGNATURE_INVALID"\} [1-9]/)
    expect(text).toMatch(/qingqun_callback_seconds_count\{adapter="wecom"\} [1-9]/)
  })

  it('lets pages load nothing from elsewhere and be framed by nobody, on every answer', async () => {
    for (const path of ['/healthz', '/no-such-page', '/favicon.svg']) {
      const { headers } = await get(path)
      expect(headers.get('content-security-policy')).toContain("default-src 'self'")
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('answers an address that is none with 404 in words, never with a fault of its own', async () => {
    const paths = [
      '/no-such-page',
      '/assets/none.js',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%00',
      '/callbacks',
      '/%E4%',
    ]
    for (const path of paths) {
      const response = await get(path)
      expect([path, response.status < 500 && response.status >= 400]).toEqual([path, true])
      expect(await response.json()).toMatchObject({ error: { message: expect.any(String), hint: expect.any(String) } })
    }
    expect(office.logged.filter((line) => line.includes('request failed'))).toEqual([])
  })

  it('keeps the sandbox shut where real platforms are configured', async () => {
    for (const path of ['/sandbox', '/api/sandbox', '/api/sandbox/groups/sandbox'])
      expect((await get(path)).status).toBe(404)
    const response = await get('/')
    expect([response.status, response.headers.get('location')]).toEqual([302, '/healthz'])
  })
})
