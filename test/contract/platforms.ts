import type { KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealsOf } from '../platforms/archive-office.ts'
import { compileArchiveSdk, type Seal, writeArchive } from '../platforms/archive-sdk.ts'
import { type DwsRelay, startDwsRelay } from '../platforms/dws-relay.ts'
import { type FakeDingtalk, startFakeDingtalk } from '../platforms/fake-dingtalk.ts'
import { type FakeDingtalkStream, startFakeDingtalkStream } from '../platforms/fake-dingtalk-stream.ts'
import { type FakeFeishu, startFakeFeishu } from '../platforms/fake-feishu.ts'
import { type FakeWecom, startFakeWecom } from '../platforms/fake-wecom.ts'
import { type FakeWecomSocket, startFakeWecomSocket } from '../platforms/fake-wecom-socket.ts'
import type { FeignedTiming } from '../platforms/feigned-timing.ts'
import { FEISHU_APP } from '../platforms/feishu-wire.ts'
import { VECTOR_SECRETS } from '../platforms/wecom-wire.ts'

export const CORP_ID = 'ww1234567890abcdef'
export const DING = { appKey: 'ding-key', appSecret: 'ding-secret', robotCode: 'ding1fdabddc' } as const
export const FEISHU_SECRETS = { encryptKey: 'feishu-encrypt-key', verificationToken: 'v-token' } as const
export const BRIDGE_SECRET = 'bridge-secret-of-the-tests'
export const SANDBOX_SECRET = 'sandbox-secret-of-the-tests'
const GATEWAY = '/v1.0/gateway/connections/open'

/** What the archive keeps. */
export interface ArchiveShelf {
  folder: string
  library: string
  /** The seal of the platform, and one that nobody has the key of. */
  seal: Seal
  foreign: Seal
  records: string[]
  faults: string[]
  write(): void
  /** Writes only where something is new; false where nothing is. */
  writeNew(): boolean
}

/** All platforms, and the environment that leads to them. */
export interface Platforms {
  wecom: FakeWecom
  socket: FakeWecomSocket
  stream: FakeDingtalkStream
  dingtalk: FakeDingtalk
  feishu: FakeFeishu
  dws: DwsRelay
  archive: ArchiveShelf
  variables: Record<string, string>
  fetch: typeof globalThis.fetch
  close(): Promise<void>
}

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

async function openArchive(): Promise<{ archive: ArchiveShelf; variables: Record<string, string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'qingqun-contract-'))
  const [ours, strange] = [sealsOf(1, 2048, 1), sealsOf(1, 2048, 1)]
  const [seal, foreign] = [ours.seals[0], strange.seals[0]]
  if (seal === undefined || foreign === undefined) throw new Error('a seal is needed')
  writeFileSync(join(folder, 'archive-1.pem'), pem(ours.privateKey))
  const library = await compileArchiveSdk(folder)
  let written = 0
  const archive: ArchiveShelf = {
    folder,
    library,
    seal,
    foreign,
    records: [],
    faults: [],
    write() {
      written = archive.records.length
      writeArchive(folder, archive.records, archive.faults)
    },
    writeNew() {
      const isNew = archive.records.length > written
      if (isNew) archive.write()
      return isNew
    },
  }
  archive.write()
  return {
    archive,
    variables: {
      WECOM_ARCHIVE_SECRET: folder,
      WECOM_ARCHIVE_LIBRARY: library,
      WECOM_ARCHIVE_KEYS: `1=${join(folder, 'archive-1.pem')}`,
      // Woken by the notice that the app is called with, and otherwise left alone.
      WECOM_ARCHIVE_POLL_SECONDS: '3600',
    },
  }
}

export async function openPlatforms(timing: FeignedTiming): Promise<Platforms> {
  const [wecom, socket, stream, dingtalk, feishu, dws, { archive, variables }] = await Promise.all([
    startFakeWecom({ corpId: CORP_ID, chatIds: ['chat0001'] }),
    startFakeWecomSocket({ now: timing.now }),
    startFakeDingtalkStream(),
    startFakeDingtalk({ now: timing.now }),
    startFakeFeishu(),
    startDwsRelay(),
    openArchive(),
  ])
  return {
    wecom,
    socket,
    stream,
    dingtalk,
    feishu,
    dws,
    archive,
    variables: {
      ...variables,
      SANDBOX: 'on',
      WECOM_BOT_TOKEN: VECTOR_SECRETS.token,
      WECOM_BOT_AES_KEY: VECTOR_SECRETS.encodingAesKey,
      WECOM_BOT_NAME: '清群',
      WECOM_BOT_ID: 'AIB1',
      WECOM_BOT_SECRET: 'bot-secret',
      WECOM_BOT_SOCKET_URL: socket.url,
      WECOM_API_BASE: wecom.url,
      WECOM_CORP_ID: CORP_ID,
      WECOM_APP_TOKEN: VECTOR_SECRETS.token,
      WECOM_APP_AES_KEY: VECTOR_SECRETS.encodingAesKey,
      DINGTALK_APP_KEY: DING.appKey,
      DINGTALK_APP_SECRET: DING.appSecret,
      DINGTALK_ROBOT_CODE: DING.robotCode,
      DINGTALK_STREAM: 'on',
      DINGTALK_API_BASE: dingtalk.url,
      DINGTALK_OAPI_BASE: dingtalk.url,
      DINGTALK_SESSION_ORIGINS: dingtalk.url,
      DINGTALK_DWS: JSON.stringify([dws.command]),
      FEISHU_APP_ID: FEISHU_APP.appId,
      FEISHU_APP_SECRET: FEISHU_APP.appSecret,
      FEISHU_ENCRYPT_KEY: FEISHU_SECRETS.encryptKey,
      FEISHU_VERIFICATION_TOKEN: FEISHU_SECRETS.verificationToken,
      FEISHU_CONNECTION: 'on',
      FEISHU_HEARS: 'all',
      FEISHU_API_BASE: feishu.url,
      BRIDGE_SECRETS: BRIDGE_SECRET,
    },
    // One host answers all of DingTalk's API; the fakes are two.
    fetch: (input, init) => globalThis.fetch(String(input).endsWith(GATEWAY) ? `${stream.url}${GATEWAY}` : input, init),
    async close() {
      await Promise.all([wecom.close(), socket.close(), stream.close(), dingtalk.close(), feishu.close(), dws.close()])
      rmSync(archive.folder, { recursive: true, force: true })
    },
  }
}
