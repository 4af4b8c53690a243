import type { EpochMs } from '../../domain/message.ts'
import { decodeHistory } from './decode.ts'
import { feishuJson } from './feishu-json.ts'
import { jsonLines } from './json-lines.ts'
import { mailExport } from './mail-export.ts'
import { type HistoryFormat, historyInvalid, linesOf, type PastMessage } from './past-message.ts'
import { tableExport } from './table-export.ts'
import { textExport } from './text-export.ts'
import { transcriptFile } from './transcript-file.ts'

/** In the order in which they are asked: what is told by more comes first. */
const FORMATS: readonly HistoryFormat[] = [transcriptFile, feishuJson, jsonLines, mailExport, tableExport, textExport]

/** Clocks that run ahead are forgiven this much. */
const AHEAD_MS = 24 * 3_600_000

/** A file as it was understood. */
export interface History {
  format: string
  /** In the order of time. */
  messages: PastMessage[]
}

/**
 * Reads an exported history of any known format and encoding. Throws CodedError HISTORY_INVALID that names the line of
 * every fault; a time in the future is one.
 */
export function readHistory(bytes: Uint8Array, now: EpochMs): History {
  const content = decodeHistory(bytes).replace(/^\uFEFF/, '')
  const format = FORMATS.find((each) => each.claims(content))
  if (!format) {
    const line = linesOf(content).findIndex((each) => each.trim() !== '') + 1
    const known = FORMATS.map(({ name }) => name).join('、')
    throw historyInvalid([{ line: Math.max(1, line), what: `认不出是哪种聊天记录;认得的有: ${known}` }])
  }
  const messages = format.read(content)
  const ahead = messages.filter(({ sentAt }) => sentAt > now + AHEAD_MS)
  if (ahead.length > 0)
    throw historyInvalid(ahead.map(({ line }) => ({ line, what: '时间在将来,请核对日期和本机时钟' })))
  if (messages.length === 0) throw historyInvalid([{ line: 1, what: '没有消息' }])
  return { format: format.name, messages: messages.toSorted((a, b) => a.sentAt - b.sentAt) }
}
