import { CodedError } from '../../domain/errors.ts'
import { type EpochMs, MAX_TEXT, type Role } from '../../domain/message.ts'
import { cleanText } from '../text.ts'

/** A message of an exported history, before it belongs to a group. */
export interface PastMessage {
  /** Where it begins in the file, from 1. */
  line: number
  sentAt: EpochMs
  /** `memberId` only where the export tells one. */
  from: { name: string; memberId?: string; role?: Role }
  /** Empty where the export shows nothing. */
  text: string
  /** As the platform names it, alike in every export; only where the export tells it. */
  messageId?: string
}

/** A way in which histories are exported. Pure: text in, messages out. */
export interface HistoryFormat {
  /** As users know it. */
  name: string
  /** Whether a file looks like it; cheap, and in doubt false. */
  claims(content: string): boolean
  /** Throws CodedError HISTORY_INVALID with the line number of everything that is wrong. */
  read(content: string): PastMessage[]
}

/** What is wrong in a file. */
export interface Fault {
  line: number
  what: string
}

/** Line ends of any system, without the mark before UTF-8. */
export const linesOf = (content: string): string[] => content.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)

const SHOWN = 20

/** Refuses a file for its faults. */
export function historyInvalid(faults: readonly Fault[]): CodedError {
  const shown = faults.slice(0, SHOWN).map(({ line, what }) => `第 ${line} 行: ${what}`)
  if (faults.length > SHOWN) shown.push(`…共 ${faults.length} 处`)
  return new CodedError('HISTORY_INVALID', `文件有误 (invalid file):\n  ${shown.join('\n  ')}`, {
    hint: '这个文件一条也没有导入;请改正后重试。',
    status: 400,
  })
}

/** The messages with texts that can be stored; throws HISTORY_INVALID for these faults and for texts that are too long. */
export function checked(messages: readonly PastMessage[], faults: readonly Fault[]): PastMessage[] {
  const tooLong = messages
    .filter(({ text }) => text.length > MAX_TEXT)
    .map(({ line }) => ({ line, what: `消息超过 ${MAX_TEXT} 字` }))
  const all = [...faults, ...tooLong].sort((a, b) => a.line - b.line)
  if (all.length > 0) throw historyInvalid(all)
  return messages.map((message) => ({ ...message, text: cleanText(message.text) }))
}
