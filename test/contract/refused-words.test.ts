import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { App } from '../../src/app.ts'
import { startTestApp } from '../helpers/app.ts'
import { BOAST, ENFORCED } from '../helpers/intake.ts'
import { dingtalkBody, dingtalkDelivery } from '../platforms/dingtalk-wire.ts'
import { type FakeDingtalk, startFakeDingtalk } from '../platforms/fake-dingtalk.ts'
import { type FakeWecom, startFakeWecom } from '../platforms/fake-wecom.ts'
import { json } from '../platforms/loopback.ts'
import { VECTOR_SECRETS, wecomDelivery, wecomGroupText } from '../platforms/wecom-wire.ts'

const PATIENCE = { timeout: 20_000, interval: 50 }
const SECRET = 'ding-secret'
/** In the past: what is to be said now is due by the clock of the queue, too. */
const NOW = 1_700_000_005_000

describe('a token endpoint that answers nonsense', () => {
  let app: App
  let wecom: FakeWecom
  let dingtalk: FakeDingtalk
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qq-refused-'))
    await writeFile(join(folder, 'policy.yaml'), ENFORCED)
    wecom = await startFakeWecom()
    dingtalk = await startFakeDingtalk()
    app = await startTestApp(
      {
        POLICY_FILE: join(folder, 'policy.yaml'),
        WECOM_BOT_TOKEN: VECTOR_SECRETS.token,
        WECOM_BOT_AES_KEY: VECTOR_SECRETS.encodingAesKey,
        WECOM_CORP_ID: 'wwcorp',
        WECOM_APP_SECRET: 'app-secret',
        WECOM_AGENT_ID: '1000002',
        WECOM_API_BASE: wecom.url,
        DINGTALK_APP_KEY: 'ding-key',
        DINGTALK_APP_SECRET: SECRET,
        DINGTALK_ROBOT_CODE: 'ding1fdabddc',
        DINGTALK_API_BASE: dingtalk.url,
      },
      { now: () => NOW },
    )
  }, 60_000)
  afterAll(async () => {
    await app?.stop()
    await Promise.all([wecom?.close(), dingtalk?.close()])
    await rm(folder, { recursive: true })
  })

  const post = async (adapter: string, { query, headers, body }: ReturnType<typeof wecomDelivery>) => {
    const url = `${app.url}/callbacks/${adapter}/main?${query}`
    expect((await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })).status).toBe(200)
  }
  const boast = (adapter: string, by: string) =>
    adapter === 'wecom'
      ? post(adapter, wecomDelivery(VECTOR_SECRETS, wecomGroupText(`b-${by}`, `@清群 ${BOAST}`, by), NOW))
      : post(
          adapter,
          dingtalkDelivery(
            SECRET,
            dingtalkBody({
              msgId: `b-${by}`,
              text: { content: BOAST },
              senderStaffId: by,
              isAdmin: false,
              createAt: NOW,
            }),
            NOW,
          ),
        )
  const counts = async (code: string) =>
    new RegExp(`qingqun_outbox_refused_total\\{channel="(?:wecom|dingtalk)[^"]*",code="${code}"\\} [1-9]`).test(
      await (await fetch(`${app.url}/metrics`)).text(),
    )
  const untilCounted = (code: string) =>
    vi.waitFor(async () => expect([code, await counts(code)]).toEqual([code, true]), PATIENCE)

  it('is counted by channel and code, and the other platform goes on speaking', async () => {
    const html = { status: 200, type: 'text/html', body: '<html>请先登录</html>' }
    wecom.next(...Array.from({ length: 50 }, () => html))
    await boast('wecom', 'zhangsan')
    await untilCounted('WECOM_ANSWER_UNREADABLE')
    await boast('dingtalk', 'staff-1')
    await vi.waitFor(() => expect(dingtalk.sent).toMatchObject([{ to: ['staff-1'] }]), PATIENCE)
    expect(wecom.sent).toEqual([])

    dingtalk.expireToken()
    dingtalk.next(
      json({ code: 'InvalidAuthentication', message: 'token expired' }),
      json({ code: 'invalidClientIdOrSecret', message: 'no' }),
    )
    await boast('dingtalk', 'staff-2')
    await untilCounted('DINGTALK_CREDENTIALS_INVALID')
    expect(dingtalk.sent).toHaveLength(1)
  })
})
