import { z } from 'zod'
import { type Amendment, type EpochMs, type GroupMessage, MAX_TEXT } from '../../../domain/message.ts'
import { mentionsInText } from '../../mentions.ts'
import { cleanText, MEDIA, platformId, shortened } from '../../text.ts'
import { contentText } from './contents.ts'
import type { ArchiveNames } from './names.ts'
import { splitReply } from './quote.ts'

/** Page 91774 (2026-03). */
const recordSchema = z.looseObject({
  msgid: platformId,
  action: z.string(),
  from: platformId.optional().catch(undefined),
  roomid: platformId.optional().catch(undefined),
  /** Milliseconds; vendor dumps write it as a string, too. */
  msgtime: z.coerce.number().int().positive().max(8.64e15).optional().catch(undefined),
  msgtype: z.string().optional(),
  revoke: z.object({ pre_msgid: platformId }).optional().catch(undefined),
})

export interface RecordOptions {
  tenantId: string
  channelId: string
  names?: ArchiveNames | undefined
}

/** What a record is to us. `passed`: read and not ours to keep. */
export type Heard =
  | { kind: 'message'; message: GroupMessage }
  | { kind: 'amendment'; amendment: Amendment }
  | { kind: 'passed'; at: EpochMs | null }
  | { kind: 'unreadable' }

/** Consents of external contacts: about the archive itself, not said in the group. */
const CONSENTS = new Set(['agree', 'disagree'])
/** Robots have ids of their own kind; a member's account is chosen by people and far shorter. */
const ROBOT = /^wb[\w-]{20,}$/
const CUT = '…(内容过长,后面略去)'

/** Control characters that the SDK leaves unescaped inside strings (message.go of go-wecom). */
const CONTROLS = /[\u0000-\u001f]/g
const BREAKS = /[\n\r\t]/g

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    try {
      return JSON.parse(text.replace(BREAKS, ' ').replace(CONTROLS, ''))
    } catch {
      return null
    }
  }
}

/**
 * Turns a decrypted record into what it tells of a group. Private conversations of members are passed over: they are
 * nobody's work group, and what is not kept cannot be misused.
 */
export function readRecord(text: string, { tenantId, channelId, names }: RecordOptions): Heard {
  const record = recordSchema.safeParse(parsed(text)).data
  if (record === undefined) return { kind: 'unreadable' }
  const { msgid, action, from, roomid, msgtime, msgtype = '' } = record
  if (action === 'switch' || CONSENTS.has(msgtype) || roomid === undefined)
    return { kind: 'passed', at: msgtime ?? null }
  if (msgtime === undefined) return { kind: 'unreadable' }
  if (action === 'recall' || msgtype === 'revoke') {
    if (record.revoke === undefined) return { kind: 'unreadable' }
    const { pre_msgid: messageId } = record.revoke
    return {
      kind: 'amendment',
      amendment: { tenantId, groupId: roomid, messageId, at: msgtime, change: { kind: 'recalled' } },
    }
  }
  if (from === undefined) return { kind: 'unreadable' }
  const content = contentText(msgtype, record)
  const { quoted, text: said } = msgtype === 'text' ? splitReply(content ?? '') : { quoted: null, text: content }
  const shown = fitting(said ?? MEDIA.other)
  const groupName = names?.room(roomid)
  const name = names?.member(from)
  return {
    kind: 'message',
    message: {
      tenantId,
      groupId: roomid,
      messageId: msgid,
      adapter: 'wecom',
      channelId,
      chat: 'group',
      ...(groupName === undefined ? {} : { groupName }),
      sentAt: msgtime,
      sender: { memberId: from, ...(name === undefined ? {} : { name }) },
      // What robots say is kept and not judged: our own words come back this way.
      kind: content === null || ROBOT.test(from) ? 'unsupported' : 'text',
      text: shown,
      mentions: mentionsInText(shown),
      addressesBot: false,
      ...(quoted === null ? {} : { quote: { text: shortened(quoted, MAX_TEXT) } }),
    },
  }
}

/** The archive cannot be told to refuse a message, so one that is too long is cut, and says so. */
const fitting = (text: string): string =>
  text.length <= MAX_TEXT ? cleanText(text) : shortened(text, MAX_TEXT - CUT.length) + CUT
