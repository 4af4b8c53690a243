import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchClock } from '../../src/app/doctor/watch-clock.ts'
import { openStore } from '../../src/store/database.ts'
import { lockFolder } from '../../src/store/folder-lock.ts'
import { qingqun } from '../cli/run-program.ts'
import { examineWith } from '../helpers/examine.ts'
import { type FakeDingtalk, startFakeDingtalk } from '../platforms/fake-dingtalk.ts'
import { startFakeFeishu } from '../platforms/fake-feishu.ts'
import { type FakeWecom, type FakeWecomOptions, startFakeWecom } from '../platforms/fake-wecom.ts'
import { FEISHU_APP } from '../platforms/feishu-wire.ts'
import { json, type Loopback, startLoopback } from '../platforms/loopback.ts'

const SECRET = 'app-secret'
const KEY = 'webhook-key-0001'

let folder: string
const open: Loopback[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-doctor-'))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
  await rm(folder, { recursive: true, force: true })
})
async function wecom(options?: FakeWecomOptions): Promise<FakeWecom> {
  const fake = await startFakeWecom(options)
  open.push(fake)
  return fake
}
async function dingtalk(): Promise<FakeDingtalk> {
  const fake = await startFakeDingtalk()
  open.push(fake)
  return fake
}
const ofWecom = (fake: Pick<Loopback, 'url'>, changes: Record<string, string> = {}) => ({
  WECOM_API_BASE: fake.url,
  WECOM_CORP_ID: 'wwcorp',
  WECOM_APP_SECRET: SECRET,
  WECOM_AGENT_ID: '1000002',
  ...changes,
})
const ofDingtalk = (fake: Pick<Loopback, 'url'>, changes: Record<string, string> = {}) => ({
  DINGTALK_API_BASE: fake.url,
  DINGTALK_APP_KEY: 'ding-key',
  DINGTALK_APP_SECRET: 'ding-secret',
  DINGTALK_ROBOT_CODE: 'ding1fdabddc',
  ...changes,
})
const examined = (variables: Record<string, string>, now = Date.now) =>
  examineWith({ DATA_DIR: folder, ...variables }, now)
async function faultsOf(variables: Record<string, string>, now?: () => number) {
  return (await examined(variables, now)).filter(({ state }) => state === 'wrong').map(({ text }) => text)
}

describe('the examination of a configuration', () => {
  it('finds nothing wrong where all is right, says what it cannot see, and sends nothing', async () => {
    const [work, ding] = [await wecom(), await dingtalk()]
    const bot = { WECOM_BOT_TOKEN: 'token123', WECOM_BOT_AES_KEY: 'a'.repeat(43), WECOM_WEBHOOKS: `{"g1":"${KEY}"}` }
    const found = await examined({ ...ofWecom(work, bot), ...ofDingtalk(ding) })
    expect(found.filter(({ state }) => state === 'wrong')).toEqual([])
    const told = found.map(({ text }) => text).join('\n')
    for (const what of [
      '规则文件',
      '判断模型',
      '内置数据库',
      '企业 ID 和 Secret 正确',
      '出口 IP 可信',
      '群 g1',
      '钉钉应用',
      '时钟',
    ])
      expect(told).toContain(what)
    expect(found.filter(({ state }) => state === 'unknown').map(({ text }) => text.split(':')[0])).toEqual([
      '企业微信智能机器人',
      '钉钉应用',
      '回调地址',
    ])
    expect([work.sent, ding.sent]).toEqual([[], []])
  })

  it('says which credential of WeCom is wrong, and which address has to be trusted', async () => {
    const fake = await wecom()
    expect(await faultsOf(ofWecom(fake, { WECOM_APP_SECRET: 'other' }))).toEqual([
      expect.stringContaining('Secret 不正确'),
    ])
    expect(await faultsOf(ofWecom(fake, { WECOM_CORP_ID: 'other' }))).toEqual([expect.stringContaining('企业 ID')])
    expect(await faultsOf(ofWecom(fake, { WECOM_AGENT_ID: '7' }))).toEqual([expect.stringContaining('agentid')])
    const strict = await wecom({ trusted: false })
    expect(await faultsOf(ofWecom(strict))).toEqual([expect.stringMatching(/203\.0\.113\.7.*企业可信IP/)])
  })

  it('names the group whose robot is unknown, without its key', async () => {
    const fake = await wecom()
    const faults = await faultsOf(ofWecom(fake, { WECOM_WEBHOOKS: `{"g1":"${KEY}","g2":"gone-key-0002"}` }))
    expect(faults).toEqual([expect.stringMatching(/群 g2.*请在群里重新添加/)])
    expect(fake.sent).toEqual([])
  })

  it('says that the credentials of DingTalk are wrong, and that its list of addresses lacks this one', async () => {
    const fake = await dingtalk()
    const refused = await faultsOf(ofDingtalk(fake, { DINGTALK_APP_SECRET: 'other' }))
    expect(refused).toEqual([expect.stringContaining('AppKey 或 AppSecret 不正确')])
    fake.next(json({ code: 'Forbidden.AccessDenied.IpNotInWhiteList', message: '' }, 403))
    expect(await faultsOf(ofDingtalk(fake))).toEqual([expect.stringContaining('白名单')])
  })

  it('says whether the credentials of Feishu are right', async () => {
    const fake = await startFakeFeishu()
    open.push(fake)
    const app = { FEISHU_API_BASE: fake.url, FEISHU_APP_ID: FEISHU_APP.appId, FEISHU_APP_SECRET: FEISHU_APP.appSecret }
    const found = await examined(app)
    expect(found.filter(({ state }) => state === 'wrong')).toEqual([])
    expect(found.map(({ text }) => text).join()).toContain('App ID 和 App Secret 正确')
    expect(await faultsOf({ ...app, FEISHU_APP_SECRET: 'other' })).toEqual([
      expect.stringContaining('App Secret 不正确'),
    ])
  })

  it('tells a page of a proxy and a dead address from a refusal', async () => {
    const portal = await startLoopback(() => ({ type: 'text/html', body: '<html>请登录</html>' }))
    open.push(portal)
    for (const faults of [await faultsOf(ofWecom(portal)), await faultsOf(ofDingtalk(portal))])
      expect(faults).toEqual([expect.stringContaining('代理')])
    const dead = await startLoopback(() => json({}))
    await dead.close()
    for (const faults of [await faultsOf(ofWecom(dead)), await faultsOf(ofDingtalk(dead))])
      expect(faults).toEqual([expect.stringMatching(/连不上\(ECONNREFUSED\).*API_BASE/)])
  })

  it('says how far and which way the clock is off', async () => {
    const fake = await wecom()
    const late = await faultsOf(ofWecom(fake), () => Date.now() - 20 * 60_000)
    expect(late).toEqual([expect.stringMatching(/慢 20 分钟.*对时/)])
    expect(await faultsOf(ofWecom(fake), () => Date.now() + 90_000)).toEqual([expect.stringContaining('快')])
    expect(watchClock(fetch, Date.now).finding().state).toBe('unknown')
  })

  it('knows a service of second opinions by its key and its models', async () => {
    const service = await startLoopback(({ headers }) =>
      headers.authorization === 'Bearer good-key' ? json({ data: [{ id: 'qwen' }] }) : json({}, 401),
    )
    open.push(service)
    const asked = (model: string, key: string) => ({
      SECOND_OPINION_BASE_URL: `${service.url}/v1`,
      SECOND_OPINION_MODEL: model,
      SECOND_OPINION_API_KEY: key,
    })
    expect(await faultsOf(asked('qwen', 'good-key'))).toEqual([])
    expect(await faultsOf(asked('qwen', 'bad-key'))).toEqual([expect.stringContaining('SECOND_OPINION_API_KEY')])
    expect(await faultsOf(asked('other', 'good-key'))).toEqual([expect.stringContaining('SECOND_OPINION_MODEL')])
  })

  it('looks at the database without changing it', async () => {
    const storeLine = async (variables: Record<string, string> = {}) =>
      (await examined(variables)).find(({ text }) => text.includes('数据库'))
    expect(await storeLine()).toMatchObject({ state: 'right', text: expect.stringContaining('还没有数据') })
    await (await openStore({ kind: 'embedded', folder })).close()
    expect(await storeLine()).toMatchObject({ state: 'right', text: expect.stringContaining('最新') })
    const release = await lockFolder(folder)
    expect(await storeLine()).toMatchObject({ state: 'right', text: expect.stringContaining('运行中') })
    await release()
    const dead = { DATABASE_URL: 'postgres://somebody:hidden@127.0.0.1:9/qingqun' }
    const line = await storeLine(dead)
    expect(line).toMatchObject({ state: 'wrong', text: expect.stringContaining('ECONNREFUSED') })
    expect(line?.text).not.toContain('hidden')
  })
})

describe('qingqun doctor', { timeout: 90_000 }, () => {
  it('ends with 0 where all is right, and with 1 where something is wrong, and shows no secret', async () => {
    const fake = await wecom()
    const good = await qingqun(['doctor'], { env: { DATA_DIR: folder, ...ofWecom(fake) } })
    expect([good.code, good.err]).toEqual([0, ''])
    expect(good.out).toMatch(/^✓ [\s\S]*没有发现问题。\n$/)
    expect(good.out).toMatch(/\n企业微信 +听不到 +否 +能 [\s\S]*企业微信不能群里说 → /)
    const env = {
      DATA_DIR: folder,
      ...ofWecom(fake, { WECOM_APP_SECRET: 'very-secret-1', WECOM_WEBHOOKS: '{"g2":"very-secret-2"}' }),
    }
    const bad = await qingqun(['doctor'], { env })
    expect([bad.code, bad.err]).toEqual([1, ''])
    expect(bad.out).toMatch(/✗ 企业微信自建应用[\s\S]*✗ 企业微信群机器人[\s\S]*有 2 处要处理。/)
    expect(good.out + bad.out).not.toMatch(/very-secret|app-secret|token-\d/)
  })

  it('names every variable that is wrong', async () => {
    const { code, out } = await qingqun(['doctor'], { env: { PORT: 'x', WECOM_CORP_ID: '', WECOM_TYPO: '1' } })
    expect(code).toBe(1)
    for (const name of ['PORT', 'WECOM_CORP_ID', 'WECOM_TYPO']) expect(out).toMatch(new RegExp(`✗ 环境变量 ${name}`))
  })
})
