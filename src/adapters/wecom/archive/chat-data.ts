import { z } from 'zod'
import { DATA_TORN, faultError, serverFault } from './faults.ts'

/** A record as GetChatData gives it; `seq` exceeds what a number can hold. */
export interface ArchiveRecord {
  seq: bigint
  keyVersion: number
  wrappedKey: string
  sealed: string
}

const recordSchema = z.object({
  seq: z.string().regex(/^\d{1,20}$/),
  publickey_ver: z.coerce.number().int(),
  encrypt_random_key: z.string(),
  encrypt_chat_msg: z.string(),
})
const dataSchema = z.object({
  errcode: z.number().int().default(0),
  chatdata: z.array(recordSchema).default([]),
})

/**
 * The records in an answer of GetChatData (page 91774, 2026-03), by rising `seq`, each once. Throws the fault that an
 * `errcode` in it stands for, or DATA_TORN where it is no such answer.
 */
export function readChatData(text: string): ArchiveRecord[] {
  const data = dataSchema.safeParse(parsed(text)).data
  if (data === undefined) throw faultError(DATA_TORN)
  if (data.errcode !== 0) throw faultError(serverFault(data.errcode))
  const records = data.chatdata.map((record) => ({
    seq: BigInt(record.seq),
    keyVersion: record.publickey_ver,
    wrappedKey: record.encrypt_random_key,
    sealed: record.encrypt_chat_msg,
  }))
  records.sort((a, b) => (a.seq < b.seq ? -1 : Number(a.seq > b.seq)))
  return records.filter((record, index) => record.seq !== records[index - 1]?.seq)
}

function parsed(text: string): unknown {
  try {
    // As a number `seq` would lose its last digits. A quotation mark inside a string is escaped, so this is the key.
    return JSON.parse(text.replace(/"seq"\s*:\s*(\d+)/g, '"seq":"$1"'))
  } catch {
    return null
  }
}
