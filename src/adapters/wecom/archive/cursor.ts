import { CodedError } from '../../../domain/errors.ts'
import type { EpochMs } from '../../../domain/message.ts'

/** How far the archive has been read, and up to what time that reaches. */
export interface ArchiveCursor {
  seq: bigint
  /** Null where it is not known. */
  at: EpochMs | null
}

/** `seq@milliseconds`, as the store keeps it. */
export const writeCursor = ({ seq, at }: ArchiveCursor): string => (at === null ? String(seq) : `${seq}@${at}`)

/** Reads what `writeCursor` wrote, or a bare `seq`; nothing stored means from the beginning. */
export function readCursor(text: string | null): ArchiveCursor {
  if (text === null) return { seq: 0n, at: null }
  const [, seq, at] = /^(\d{1,20})(?:@(\d{1,16}))?$/.exec(text) ?? []
  if (seq === undefined)
    throw new CodedError('WECOM_ARCHIVE_CURSOR', 'the stored cursor is none of the archive', {
      hint: '数据库里会话内容存档的读取位置损坏,请联系开发者',
    })
  return { seq: BigInt(seq), at: at === undefined ? null : Number(at) }
}
