import { readDwsEvent } from '../../src/adapters/dingtalk/dws-event.ts'
import { readRobotBody } from '../../src/adapters/dingtalk/robot-body.ts'
import { readFrame as readStreamFrame } from '../../src/adapters/dingtalk/stream-frame.ts'
import { envelopeOf } from '../../src/adapters/feishu/envelope.ts'
import { readEvent } from '../../src/adapters/feishu/event.ts'
import { decodeFrame, encodeFrame } from '../../src/adapters/feishu/frame.ts'
import { createParts } from '../../src/adapters/feishu/parts.ts'
import { decodeUtf8, parseJsonObject } from '../../src/adapters/json-body.ts'
import { createLineCutter } from '../../src/adapters/lines.ts'
import { createPressSeal } from '../../src/adapters/press-seal.ts'
import { type ArchiveRecord, readChatData } from '../../src/adapters/wecom/archive/chat-data.ts'
import { faultOf } from '../../src/adapters/wecom/archive/faults.ts'
import { readRecord } from '../../src/adapters/wecom/archive/message.ts'
import { readFrame as readWecomFrame } from '../../src/adapters/wecom/long-connection-frames.ts'
import { normaliseWecom } from '../../src/adapters/wecom/message.ts'
import type { Amendment, GroupMessage } from '../../src/domain/message.ts'
import { spoken } from './archive-office.ts'
import { dingtalkBody } from './dingtalk-wire.ts'
import { BOT_OPEN_ID, FEISHU_APP, feishuEvent, feishuReceived } from './feishu-wire.ts'
import { wecomGroupText } from './wecom-wire.ts'

/** What the bytes of a way in that stays open say; null for bytes that are none of its frames. */
export interface FrameReader {
  name: string
  /** Contents that are good as they are. */
  contents: readonly string[]
  /** The bytes around them, as they come over the wire. */
  frame(content: string): Buffer
  /** Throws a CodedError for what cannot be used. */
  read(bytes: Buffer): { messages: readonly GroupMessage[]; amendments: readonly Amendment[] } | null
}

const NOW = 1_700_000_002_000
const REF = { tenantId: 'default', channelId: 'main' }
const WORDS = '@RobotA 请各科室本周五前报送台账 <@u1> 收到'

const alone = (message: GroupMessage | null) => ({ messages: message === null ? [] : [message], amendments: [] })

function wecomLongConnection(): FrameReader {
  const said = wecomGroupText('M1', WORDS)
  const callback = (body: object) =>
    JSON.stringify({ cmd: 'aibot_msg_callback', headers: { req_id: 'SRV1' }, body: { ...said, ...body } })
  return {
    name: 'wecom long connection',
    contents: [callback({}), callback({ chattype: 'single', chatid: undefined })],
    frame: (content) => Buffer.from(content),
    read(bytes) {
      const frame = readWecomFrame(bytes.toString('utf8'))
      if (frame === null || frame.kind === 'acknowledgement') return null
      return alone(normaliseWecom(frame.body, { ...REF, receivedAt: NOW, botName: undefined }))
    },
  }
}

function dingtalkStream(): FrameReader {
  const headers = { contentType: 'application/json', messageId: 'f1', topic: '/v1.0/im/bot/messages/get' }
  return {
    name: 'dingtalk stream',
    contents: [dingtalkBody(), dingtalkBody({ msgtype: 'picture', content: { downloadCode: 'c' } })].map((body) =>
      JSON.stringify(body),
    ),
    frame: (data) => Buffer.from(JSON.stringify({ specVersion: '1.0', type: 'CALLBACK', headers, data })),
    read(bytes) {
      const frame = readStreamFrame(bytes.toString('utf8'))
      if (frame === null) return null
      const options = { ...REF, receivedAt: NOW, robotCode: undefined, onQuota: undefined }
      return alone(readRobotBody(parseJsonObject(frame.data), options))
    },
  }
}

function dws(): FrameReader {
  const event = {
    type: 'user_im_message_receive_group_all',
    message_id: 'm1',
    conversation_id: 'cid1',
    sender: '张大勇',
    sender_open_dingtalk_id: 'open1',
    content: WORDS,
    create_time: '2026-07-08 12:00:35',
    event_time: NOW,
  }
  return {
    name: 'dws lines',
    contents: [event, { ...event, type: 'user_im_message_recall_group' }].map((line) => JSON.stringify(line)),
    frame: (content) => Buffer.from(`${content}\n`),
    read(bytes) {
      const cutter = createLineCutter({ maxBytes: 1 << 20, tooLong: () => undefined })
      const lines = [...cutter.take(bytes), cutter.rest()].filter((line) => line.trim() !== '')
      const events = lines.map((line) => readDwsEvent(line, { ...REF, receivedAt: NOW, robotName: undefined }))
      return {
        messages: events.flatMap((event) => (event !== null && 'message' in event ? [event.message] : [])),
        amendments: events.flatMap((event) => (event !== null && 'amendment' in event ? [event.amendment] : [])),
      }
    },
  }
}

function feishuLongConnection(): FrameReader {
  const seal = createPressSeal(FEISHU_APP.appSecret)
  const reading = { ...REF, botOpenId: () => BOT_OPEN_ID, chat: () => undefined, seal }
  const recalled = { message_id: 'om_1', chat_id: 'oc_1', recall_time: '1700000000000' }
  const headers = Object.entries({ type: 'event', message_id: 'f1', sum: '1', seq: '0' })
  return {
    name: 'feishu long connection',
    contents: [feishuReceived('om_1', WORDS), feishuEvent('im.message.recalled_v1', recalled)].map((event) =>
      JSON.stringify(event),
    ),
    frame: (content) =>
      Buffer.from(
        encodeFrame({
          SeqID: '1',
          LogID: '2',
          service: 33,
          method: 1,
          headers: headers.map(([key, value]) => ({ key, value })),
          payload: Buffer.from(content),
        }),
      ),
    read(bytes) {
      const frame = decodeFrame(bytes)
      const payload = frame === null ? null : createParts(() => NOW)(frame)
      return payload === null ? null : readEvent(envelopeOf(parseJsonObject(decodeUtf8(payload))), reading)
    },
  }
}

const sealed = { publickey_ver: 1, encrypt_random_key: 'a2V5', encrypt_chat_msg: 'bXNn' }

/** Null where the operator is told of a fault. */
function pulled(text: string): ArchiveRecord[] | null {
  try {
    return readChatData(text)
  } catch (error) {
    if (faultOf(error) === null) throw error
    return null
  }
}

/** What the library gives for a pull: nothing of it is a message yet. */
const archivePull = (): FrameReader => ({
  name: 'wecom archive pull',
  contents: [`{"errcode":0,"errmsg":"ok","chatdata":[{"seq":1152921504606846977,${JSON.stringify(sealed).slice(1)}]}`],
  frame: (content) => Buffer.from(content),
  read(bytes) {
    const records = pulled(bytes.toString('utf8'))
    if (records === null) return null
    const rising = records.every(({ seq }, index) => seq > (records[index - 1]?.seq ?? -1n))
    if (!rising) throw new Error('records out of order')
    return { messages: [], amendments: [] }
  },
})

function archiveRecord(): FrameReader {
  const revoke = { action: 'recall', msgtype: 'revoke', revoke: { pre_msgid: 'M0' } }
  const mixed = { item: [{ type: 'text', content: JSON.stringify({ content: WORDS }) }, { type: 'image' }] }
  const vote = { votetitle: '去不去', voteitem: ['去', '不去'], votetype: 101 }
  return {
    name: 'wecom archive record',
    contents: [
      spoken('M1', WORDS),
      spoken('M2', '', revoke),
      spoken('M3', '', { msgtype: 'mixed', mixed }),
      spoken('M4', '', { msgtype: 'vote', ...vote }),
    ],
    frame: (content) => Buffer.from(content),
    read(bytes) {
      const heard = readRecord(bytes.toString('utf8'), REF)
      if (heard.kind === 'message') return alone(heard.message)
      if (heard.kind === 'amendment') return { messages: [], amendments: [heard.amendment] }
      return heard.kind === 'passed' ? { messages: [], amendments: [] } : null
    },
  }
}

/** What reads the bytes of every way in that stays open. */
export const allFrameReaders = (): FrameReader[] => [
  wecomLongConnection(),
  archivePull(),
  archiveRecord(),
  dingtalkStream(),
  dws(),
  feishuLongConnection(),
]
