import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { examineWith } from '../helpers/examine.ts'
import { sealsOf, spokenRecords } from '../platforms/archive-office.ts'
import { compileArchiveSdk, writeArchive } from '../platforms/archive-sdk.ts'
import { startFakeDingtalkStream } from '../platforms/fake-dingtalk-stream.ts'
import { startFakeFeishu } from '../platforms/fake-feishu.ts'
import { startFakeWecom } from '../platforms/fake-wecom.ts'
import { startFakeWecomSocket } from '../platforms/fake-wecom-socket.ts'
import { FEISHU_APP } from '../platforms/feishu-wire.ts'
import { json, startLoopback } from '../platforms/loopback.ts'

const folder = mkdtempSync(join(tmpdir(), 'qq-doctor-channels-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})
async function opened<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const fake = await starting
  open.push(fake)
  return fake
}

/** The lines that begin with these words, each with its state before it. */
async function lines(about: string, variables: Record<string, string>): Promise<string[]> {
  const found = await examineWith({ DATA_DIR: join(folder, 'data'), ...variables })
  return found.filter(({ text }) => text.startsWith(about)).map(({ state, text }) => `${state} ${text}`)
}
const saying = (...parts: string[]) => parts.map((part) => expect.stringMatching(part))

describe('the doctor and the WeCom bot', () => {
  const bot = { WECOM_BOT_ID: 'AIB1', WECOM_BOT_SECRET: 'bot-secret' }

  it('looks whether the long connection can be reached, and leaves the one that lives alone', async () => {
    const fake = await opened(startFakeWecomSocket())
    expect(await lines('企业微信智能机器人长连接', { ...bot, WECOM_BOT_SOCKET_URL: fake.url })).toEqual(
      saying('^right .*连得上 127.0.0.1', '^unknown .*挤下线.*qingqun_listening'),
    )
    expect([fake.attempts, fake.frames]).toEqual([0, []])
  })

  it('says that it cannot be reached, and that a secret was copied with something beside it', async () => {
    const dead = await startFakeWecomSocket()
    await dead.close()
    const variables = { ...bot, WECOM_BOT_SECRET: 'bot-secret ', WECOM_BOT_SOCKET_URL: dead.url }
    expect(await lines('企业微信智能机器人长连接', variables)).toEqual(
      saying('^wrong .*WECOM_BOT_SECRET 里有空格', '^wrong .*连不上.*ECONNREFUSED.*放行', '^unknown'),
    )
  })

  it('names the address at which the callback of the app is to be saved', async () => {
    const fake = await opened(startFakeWecom())
    const variables = {
      WECOM_API_BASE: fake.url,
      WECOM_CORP_ID: 'wwcorp',
      WECOM_APP_TOKEN: 'token123',
      WECOM_APP_AES_KEY: 'a'.repeat(43),
    }
    expect(await lines('企业微信自建应用的回调', variables)).toEqual(
      saying('^right .*格式正确', '^unknown .*/callbacks/wecom/app'),
    )
  })

  it('asks about each chat of the app, and says nothing in it', async () => {
    const fake = await opened(startFakeWecom({ chatIds: ['chatid-01'] }))
    const variables = {
      WECOM_API_BASE: fake.url,
      WECOM_CORP_ID: 'wwcorp',
      WECOM_APP_SECRET: 'app-secret',
      WECOM_AGENT_ID: '1000002',
      WECOM_APPCHATS: '{"g1":"chatid-01","g2":"chatid-02"}',
    }
    expect(await lines('企业微信应用群聊', variables)).toEqual(
      saying('^right .*群 g1', '^wrong .*群 g2.*不是本应用创建的'),
    )
    expect(fake.sent).toEqual([])
  })
})

describe('the doctor and the archive', () => {
  const one = sealsOf(1, 2048, 1)
  const two = sealsOf(2, 2048, 1)
  const keyFile = (name: string, key: (typeof one)['privateKey']) => {
    const path = join(folder, name)
    writeFileSync(path, key.export({ type: 'pkcs8', format: 'pem' }))
    return path
  }
  let library = ''
  beforeAll(async () => {
    library = await compileArchiveSdk(folder)
  }, 300_000)
  const examined = (changes: Record<string, string> = {}) =>
    lines('企业微信会话内容存档', {
      WECOM_CORP_ID: 'ww1',
      WECOM_ARCHIVE_SECRET: folder,
      WECOM_ARCHIVE_LIBRARY: library,
      WECOM_ARCHIVE_KEYS: `1=${keyFile('one.pem', one.privateKey)}`,
      ...changes,
    })

  it('loads the library, logs in, and tries the key on the oldest record without opening what was said', async () => {
    // What would be wrong about decrypting it is never found out.
    writeArchive(folder, spokenRecords(one.seals, 1, 3), ['DecryptData abort'])
    expect(await examined()).toEqual(
      saying('^right .*第 1 版,都是 2048 位', '^right .*SDK 能在本机运行', '^right .*第 1 版私钥与后台的公钥配对'),
    )
    expect(readFileSync(join(folder, 'faults'), 'utf8')).toBe('DecryptData abort\n')
  })

  it('says which key is missing, which belongs to another, and which nobody can use', async () => {
    writeArchive(folder, spokenRecords(two.seals, 1, 1))
    expect((await examined()).at(-1)).toMatch(/^wrong .*缺少第 2 版/)
    const mixed = { WECOM_ARCHIVE_KEYS: `2=${keyFile('one.pem', one.privateKey)}` }
    expect((await examined(mixed)).at(-1)).toMatch(/^wrong .*第 2 版的私钥与.*不配对/)
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
    expect((await examined({ WECOM_ARCHIVE_KEYS: `2=${keyFile('short.pem', short)}` }))[0]).toMatch(
      /^wrong .*第 2 版私钥是 1024 位/,
    )
    const gone = await examined({ WECOM_ARCHIVE_KEYS: `1=${join(folder, 'nowhere.pem')}` })
    expect(gone).toEqual(saying('^wrong .*第 1 版私钥.*ENOENT', '^right .*SDK'))
  })

  it('says why the library or the login does not work', async () => {
    writeArchive(folder, [])
    expect((await examined({ WECOM_ARCHIVE_LIBRARY: join(folder, 'no.so') })).at(-1)).toMatch(/^wrong .*读不到官方 SDK/)
    const page = join(folder, 'page.so')
    writeFileSync(page, '<html>404</html>'.repeat(9))
    expect((await examined({ WECOM_ARCHIVE_LIBRARY: page })).at(-1)).toMatch(/^wrong .*不是 Linux 动态库/)
    writeArchive(folder, [], ['Init error 10009'])
    expect((await examined()).at(-1)).toMatch(/^wrong .*可信 IP/)
    writeArchive(folder, [], ['GetChatData answer {"errcode":301052,"errmsg":"expired"}'])
    expect((await examined()).at(-1)).toMatch(/^wrong .*已到期/)
    writeArchive(folder, [], ['GetChatData abort'])
    expect((await examined()).at(-1)).toMatch(/^wrong .*意外退出/)
  })

  it('does not call a key right where there is nothing to try it on', async () => {
    writeArchive(folder, [])
    expect(await examined()).toEqual(saying('^right', '^right', '^unknown .*没有存档消息'))
  })
})

describe('the doctor and DingTalk', () => {
  const app = { DINGTALK_APP_KEY: 'ding-key', DINGTALK_APP_SECRET: 'ding-secret', DINGTALK_ROBOT_CODE: 'r' }

  it('asks the Stream gateway where to connect, and does not connect', async () => {
    const fake = await opened(startFakeDingtalkStream())
    const token = (url: string) => (url.endsWith('accessToken') ? json({ accessToken: 't', expireIn: 7200 }) : null)
    const both = await opened(startLoopback(({ path }) => token(path) ?? json({}, 404)))
    const fetch = globalThis.fetch
    globalThis.fetch = (input, init) => fetch(String(input).replace(/^(.*)(\/v1\.0\/gateway)/, `${fake.url}$2`), init)
    try {
      const variables = { ...app, DINGTALK_API_BASE: both.url, DINGTALK_STREAM: 'on' }
      expect(await lines('钉钉 Stream', variables)).toEqual(saying('^right .*网关给出了连接地址 127.0.0.1'))
      expect([fake.opened.length, fake.connections]).toEqual([1, 0])
      const other = { ...variables, DINGTALK_APP_SECRET: 'other' }
      expect(await lines('钉钉 Stream', other)).toEqual(saying('^wrong .*AppKey 或 AppSecret 不正确'))
    } finally {
      globalThis.fetch = fetch
    }
  })

  it('looks at the form of a custom robot, since anything more would be said in the group', async () => {
    const [key, secret] = ['a'.repeat(64), `SEC${'b'.repeat(64)}`]
    const variables = { DINGTALK_WEBHOOKS: JSON.stringify({ g1: `${key},${secret}`, g2: key, g3: 'too-short' }) }
    const found = await lines('钉钉自定义机器人', variables)
    expect(found).toEqual(
      saying('^unknown .*群 g1.*带加签密钥', '^unknown .*群 g2.*关键词或 IP', '^wrong .*群 g3.*access_token='),
    )
    expect(found.join()).not.toMatch(/aaaa|bbbb/)
  })

  it('runs dws for its version alone', async () => {
    const path = join(folder, 'dws')
    const log = join(folder, 'dws.log')
    writeFileSync(path, `#!/bin/sh\necho "$@" >> '${log}'\necho "dws version 1.0.52"\n`)
    chmodSync(path, 0o755)
    const consume = [path, 'event', 'consume', 'user_im_message_receive_group_all', '-f', 'ndjson']
    const variables = { DINGTALK_DWS: JSON.stringify([consume]), DINGTALK_DWS_STDIN: 'on' }
    expect(await lines('钉钉 dws', variables)).toEqual(
      saying('^right .*第 1 条.*命令可以运行\\(1.0.52\\)', '^unknown .*是否已登录', '^unknown .*标准输入'),
    )
    expect(readFileSync(log, 'utf8')).toBe('--version\n')
  })

  it('says that dws cannot be started, and which of its arguments would hear nothing', async () => {
    const commands = [
      ['/nowhere/dws', 'event', 'consume', 'user_im_message_receive_group', '-f', 'ndjson'],
      [process.execPath, 'event', 'consume', 'user_im_message_read', '-f', 'json'],
    ]
    expect(await lines('钉钉 dws', { DINGTALK_DWS: JSON.stringify(commands) })).toEqual(
      saying('^wrong .*第 1 条.*ENOENT', '^wrong .*第 2 条.*不是群消息', '^wrong .*-f ndjson', '^right', '^unknown'),
    )
  })
})

describe('the doctor and the rest', () => {
  it('asks Feishu where to connect, and does not connect', async () => {
    const fake = await opened(startFakeFeishu())
    const variables = {
      FEISHU_API_BASE: fake.url,
      FEISHU_APP_ID: FEISHU_APP.appId,
      FEISHU_APP_SECRET: FEISHU_APP.appSecret,
      FEISHU_CONNECTION: 'on',
    }
    expect(await lines('飞书长连接', variables)).toEqual(saying('^right .*连接地址 127.0.0.1'))
    expect(fake.open).toBe(0)
  })

  it('weighs the keys of the bridge, and looks whether the other side answers', async () => {
    const seen: string[] = []
    const other = await opened(
      startLoopback(({ method }) => {
        seen.push(method)
        return json({}, seen.length === 1 ? 405 : 502)
      }),
    )
    const good = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const secrets = [good, 'whsec_not-base64-at-all', 'short'].join(',')
    const variables = { BRIDGE_SECRETS: secrets, BRIDGE_URL: other.url }
    const found = await lines('桥接接口', variables)
    expect(found).toEqual(
      saying(
        '^right .*第 1 个密钥可用,32 字节',
        '^wrong .*第 2 个.*base64',
        '^wrong .*第 3 个.*太短',
        '^right',
        '^unknown',
      ),
    )
    expect((await lines('桥接接口', { BRIDGE_SECRETS: good, BRIDGE_URL: other.url }))[1]).toMatch(/^wrong .*HTTP 502/)
    expect(seen).toEqual(['OPTIONS', 'OPTIONS'])
    await other.close()
    expect((await lines('桥接接口', variables))[3]).toMatch(/^wrong .*连不上 BRIDGE_URL\(ECONNREFUSED\)/)
    expect(found.join()).not.toContain(good.slice(6))
  })
})
