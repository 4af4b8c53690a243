import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../src/store/database.ts'
import { spoken } from '../platforms/archive-office.ts'
import { sealRecord } from '../platforms/archive-sdk.ts'
import { type FakeAnswer, json } from '../platforms/loopback.ts'
import { ALL_WAYS } from './all-ways.ts'
import { type House, openHouse } from './house.ts'
import type { Platforms } from './platforms.ts'
import { tell } from './tell.ts'
import { isWhy, type Said, type Way } from './way.ts'
import { archiveNotice } from './ways/wecom-app.ts'

const HTML: FakeAnswer = { status: 200, type: 'text/html', body: '<html><body>网络认证,请先登录</body></html>' }
const WECOM_ERROR = json({ errcode: 40001, errmsg: 'invalid credential' })
const DING_ERROR = json({ code: 'system.error', message: 'busy', requestid: 'A1' })
const wecomNext = ({ wecom }: Platforms, answer: FakeAnswer) => wecom.next(answer)
const dingNext = ({ dingtalk }: Platforms, answer: FakeAnswer) => dingtalk.next(answer)
const ENDPOINT = '/callback/ws/endpoint'
const FAULTS = 'qingqun_listener_faults_total'
const TWENTY_MINUTES_MS = 20 * 60_000

let store: Store
beforeAll(async () => {
  store = await openStore({ kind: 'embedded', folder: null })
})
afterAll(() => store?.close())

let serial = 0
function say(house: House): Said {
  serial++
  const text = `今天食堂的番茄炒蛋味道还可以,就是米饭稍微有点硬 ${serial}`
  return { id: `bad${serial}-1`, group: `bad${serial}`, person: `p${serial}`, text, at: house.timing.now() }
}

const waysOf = (house: House): Way[] => Object.values(ALL_WAYS).map((build) => build(house))

/** Every way in but those of a channel hears what is said. */
async function expectOthersHear(house: House, channel: string): Promise<void> {
  for (const way of waysOf(house).filter(({ open }) => open?.channel !== channel)) {
    const said = say(house)
    if (way.open !== undefined) await expectListening(house, way.open.channel)
    expect(await tell(house, way, said, way.genuine(said))).toMatchObject({ taken: true })
  }
}

const expectListening = (house: House, channel: string) =>
  house.until(() => house.isListening(channel), { pressing: true })

/** The operator has been told, by a metric and in one sentence that says what is wrong or what to do. */
async function expectTold(house: House, channel: string, code: string): Promise<void> {
  await house.until(async () => (await house.metric(FAULTS, { channel, code })) > 0, { pressing: true })
  expectSentence(house.lines.findLast((line) => line.channel === channel && line.code === code)?.hint)
}

function expectSentence(hint: string | undefined | null): void {
  expect(hint).toMatch(/\p{Script=Han}/u)
  expect(hint).not.toMatch(/[\n<>{}]|undefined|null|NaN/)
  expect([...(hint ?? '')].length).toBeLessThan(160)
}

describe('what is wrong with the archive from the beginning', () => {
  let house: House | undefined
  afterEach(async () => {
    await house?.close()
    house = undefined
  })

  const elsewhere = ({ archive }: Platforms, name: string) => join(archive.folder, name)

  it.each<[string, string, (platforms: Platforms) => Record<string, string>]>([
    [
      'a library that is not there',
      'WECOM_ARCHIVE_LIBRARY_MISSING',
      (platforms) => ({ WECOM_ARCHIVE_LIBRARY: elsewhere(platforms, 'libWeWorkFinanceSdk_C.so') }),
    ],
    [
      'a library of another architecture',
      'WECOM_ARCHIVE_LIBRARY_FOREIGN',
      (platforms) => {
        const path = elsewhere(platforms, 'foreign.so')
        const bytes = readFileSync(platforms.archive.library)
        // e_machine: SPARC V9, which the SDK does not exist for.
        bytes.writeUInt16LE(43, 18)
        writeFileSync(path, bytes)
        return { WECOM_ARCHIVE_LIBRARY: path }
      },
    ],
    [
      'a private key that is not that of its version',
      'WECOM_ARCHIVE_KEY_WRONG',
      (platforms) => {
        const path = elsewhere(platforms, 'other.pem')
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
        writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
        return { WECOM_ARCHIVE_KEYS: `1=${path}` }
      },
    ],
    ['a private key of another version', 'WECOM_ARCHIVE_KEY_MISSING', () => ({})],
  ])('%s is told in one sentence, and every other way in hears', async (_name, code, vary) => {
    house = await openHouse(store, vary)
    const { archive } = house.platforms
    const version = code.endsWith('KEY_MISSING') ? 2 : 1
    archive.records.push(sealRecord(1n, `k${serial}`, spoken(`k${serial}`, '一句话'), { ...archive.seal, version }))
    archive.write()
    await house.post(archiveNotice(house.timing.now()))
    await expectTold(house, 'wecom-archive:main', code)
    expect(await house.isListening('wecom-archive:main')).toBe(false)
    await expectOthersHear(house, 'wecom-archive:main')
  })
})

describe('a house whose platforms answer nonsense', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(store, () => ({
      WECOM_APP_SECRET: 'app-secret',
      WECOM_AGENT_ID: '1000002',
      WECOM_APPCHATS: '{"bad-group":"chat0001"}',
      WECOM_WEBHOOKS: '{"bad-group":"webhook-key-0001"}',
      FEISHU_WEBHOOKS: '{"oc_bad":"feishu-hook-1"}',
    }))
    for (const { open } of waysOf(house)) if (open !== undefined) await expectListening(house, open.channel)
  }, 300_000)
  afterAll(() => house?.close())

  const way = (name: string): Way => {
    const build = ALL_WAYS[name]
    if (build === undefined) throw new Error(name)
    return build(house)
  }

  it.each<[string, string, string, (platforms: Platforms) => void]>([
    [
      'DingTalk Stream',
      'a gateway that answers HTML',
      'DINGTALK_GATEWAY_UNREADABLE',
      ({ stream }) => {
        stream.next(HTML)
        stream.cut()
      },
    ],
    [
      'DingTalk Stream',
      'a gateway whose 200 holds an error',
      'DINGTALK_SYSTEM_ERROR',
      ({ stream }) => {
        stream.next(json({ code: 'system.error', message: 'busy', requestid: 'A1' }))
        stream.cut()
      },
    ],
    [
      'the long connection of a Feishu app',
      'an endpoint that answers HTML',
      'FEISHU_ANSWER_UNREADABLE',
      ({ feishu }) => {
        feishu.next(ENDPOINT, HTML)
        feishu.cut()
      },
    ],
    [
      'the long connection of a Feishu app',
      'an endpoint whose 200 holds an error',
      'FEISHU_TOO_MANY_CONNECTIONS',
      ({ feishu }) => {
        feishu.next(ENDPOINT, json({ code: 1000040350, msg: 'exceed', data: {} }))
        feishu.cut()
      },
    ],
    [
      'the long connection of a Feishu app',
      'a frame beyond 1 MiB',
      'FEISHU_FRAME_TOO_LONG',
      ({ feishu }) => feishu.raw(Buffer.alloc((1 << 20) + 1)),
    ],
    [
      'the long connection of a WeCom bot',
      'a host that answers like a web page',
      'WECOM_BOT_UNREACHABLE',
      ({ socket }) => {
        socket.turnAway(1)
        socket.drop()
      },
    ],
    [
      'the long connection of a WeCom bot',
      'a subscription that is answered with an error',
      'WECOM_BUSY',
      ({ socket }) => {
        socket.refuse('aibot_subscribe', -1)
        socket.drop()
      },
    ],
    ['the archive of WeCom', 'a pull that brings HTML', 'WECOM_ARCHIVE_DATA', pullsNext(HTML.body)],
    [
      'the archive of WeCom',
      'a pull that holds an error',
      'WECOM_301052',
      pullsNext('{"errcode":301052,"errmsg":"x"}'),
    ],
    ['the archive of WeCom', 'a pull that the network cuts', 'WECOM_ARCHIVE_10001', pullsNext(null)],
  ])('%s: %s is told, is got over, and no other way in stops', async (name, _what, code, spoil) => {
    const { open } = way(name)
    if (open === undefined) throw new Error(name)
    spoil(house.platforms)
    if (open.channel.startsWith('wecom-archive')) await house.post(archiveNotice(house.timing.now()))
    await expectTold(house, open.channel, code)
    await expectOthersHear(house, open.channel)
    await expectListening(house, open.channel)
    const said = say(house)
    expect(await tell(house, way(name), said, way(name).genuine(said))).toMatchObject({ taken: true })
  })

  it('tells of a line of HTML from dws by its code, and goes on', async () => {
    house.platforms.dws.say(HTML.body)
    await expectTold(house, 'dingtalk:dws-1', 'BODY_INVALID')
    await expectOthersHear(house, '')
  })

  it('refuses what a clock makes stale that is 20 minutes off, where the platform signs time more closely', async () => {
    for (const one of waysOf(house)) {
      const said = say(house)
      if (isWhy(one.stale)) {
        expect(await tell(house, one, said, one.genuine(said))).toMatchObject({ taken: true })
        continue
      }
      for (const sign of [-1, 1]) {
        const at = house.timing.now() + sign * TWENTY_MINUTES_MS
        const told = await tell(house, one, said, one.stale.signedAt(said, at))
        expect(told.taken).toBe(one.stale.windowMs > TWENTY_MINUTES_MS)
        if (told.taken) continue
        expect(told).toMatchObject({ code: 'TIMESTAMP_STALE', hint: expect.stringContaining('时钟') })
        expectSentence(told.hint)
      }
    }
    for (const adapter of ['wecom', 'bridge', 'sandbox']) {
      const refused = await house.metric('qingqun_callbacks_refused_total', { adapter, code: 'TIMESTAMP_STALE' })
      expect([adapter, refused > 0]).toEqual([adapter, true])
    }
    await expectOthersHear(house, '')
  })

  /** The ways out: to whom, and how the platform is told what to answer where a token is asked for, or the message comes. */
  const OUT: Out[] = [
    { name: 'wecom-app:main', to: ['wr1', 'zhangsan'], error: WECOM_ERROR, token: wecomNext, message: wecomNext },
    { name: 'wecom-appchat:main', to: ['bad-group'], error: WECOM_ERROR, token: wecomNext, message: wecomNext },
    { name: 'wecom-webhook:main', to: ['bad-group'], error: WECOM_ERROR, message: wecomNext },
    { name: 'dingtalk-private:main', to: ['cidgroup1', 'st7'], error: DING_ERROR, token: dingNext, message: dingNext },
    { name: 'dingtalk:main', to: ['cidgroup1'], error: DING_ERROR, message: dingNext },
    {
      name: 'feishu-app:main',
      to: ['oc_1'],
      error: json({ code: 10014, msg: 'app secret invalid' }),
      token({ feishu }, answer) {
        feishu.expireToken()
        feishu.next('/open-apis/auth/v3/tenant_access_token/internal', answer)
      },
      message: ({ feishu }, answer) => feishu.next('/open-apis/im/v1/messages', answer),
    },
    {
      name: 'feishu-webhook:main',
      to: ['oc_bad'],
      error: json({ code: 19021, msg: 'sign match fail' }),
      message: ({ feishu }, answer) => feishu.next('/open-apis/bot/v2/hook/feishu-hook-1', answer),
    },
  ]
  function send({ name, to: [groupId, memberId] }: Out) {
    const audience = memberId === undefined ? ({ kind: 'group' } as const) : ({ kind: 'member', memberId } as const)
    const out = house.channels.get(name)
    if (out === undefined) throw new Error(`${name} is not among ${[...house.channels.keys()]}`)
    serial++
    return out.send({ groupId, audience, outboxId: `o${serial}`, body: '请查收' })
  }

  it.each(OUT)('$name says what is wrong where the answer is HTML, or a 200 with an error inside', async (out) => {
    for (const [place, arm] of Object.entries({ token: out.token, message: out.message })) {
      // A token is asked for once: the message itself comes only after a good one.
      if (place === 'message' && out.token !== undefined) expect(await send(out)).toMatchObject({ status: 'sent' })
      for (const nonsense of arm === undefined ? [] : [HTML, out.error]) {
        arm?.(house.platforms, nonsense)
        const result = await send(out)
        expect([place, nonsense.body, result.status]).not.toEqual([place, nonsense.body, 'sent'])
        if (result.status !== 'sent') expectSentence(result.hint)
      }
    }
  })
})

interface Out {
  name: string
  to: [string, string?]
  error: FakeAnswer
  token?(platforms: Platforms, answer: FakeAnswer): void
  message(platforms: Platforms, answer: FakeAnswer): void
}

/** The library gives this to the next pull, or the code of a broken network. */
function pullsNext(text: string | null): (platforms: Platforms) => void {
  return ({ archive }) => {
    archive.faults.splice(
      0,
      archive.faults.length,
      text === null ? 'GetChatData error 10001' : `GetChatData answer ${text}`,
    )
    archive.write()
    archive.faults.length = 0
  }
}
