import type { CodedError } from '../../../domain/errors.ts'
import type { Amendment, EpochMs, GroupMessage } from '../../../domain/message.ts'
import { type ArchiveRecord, readChatData } from './chat-data.ts'
import { MAX_DECRYPT_BYTES } from './constants.ts'
import { faultError, keyMissing, keyWrong } from './faults.ts'
import { type Heard, readRecord } from './message.ts'
import type { ArchiveNames } from './names.ts'
import type { ArchiveKeys } from './private-keys.ts'
import type { SdkProcess } from './sdk-process.ts'
import type { UnwrapPool } from './unwrap-pool.ts'

export interface BatchReader {
  tenantId: string
  channelId: string
  names: ArchiveNames | undefined
  sdk: SdkProcess
  keys: ArchiveKeys
  pool: UnwrapPool
}

/** What one pull brought. */
export interface Batch {
  messages: GroupMessage[]
  amendments: Amendment[]
  /** Of the last record that was taken; the one asked with where none was. */
  seq: bigint
  /** When the last record that tells its time was sent; null where none does. */
  at: EpochMs | null
  /** Records that nobody will be able to read, by the times of their neighbours; null where there are none. */
  lost: { after: EpochMs | null; before: EpochMs | null } | null
  /** Why the rest must wait: nothing after `seq` may be taken until that is put right. */
  held: CodedError | null
  /** More is waiting on the platform. */
  full: boolean
}

/** The records before the first whose key is missing or wrong, and what is the matter with that one. */
function takeable(records: readonly ArchiveRecord[], opened: readonly (string | null)[], keys: ArchiveKeys) {
  // A key that opens nothing at all is the wrong one; where it opens others, this record is broken.
  const working = new Set(records.flatMap((record, index) => (opened[index] == null ? [] : [record.keyVersion])))
  const end = records.findIndex(({ keyVersion }) => !keys.has(keyVersion) || !working.has(keyVersion))
  const version = records[end]?.keyVersion
  if (version === undefined) return { taken: records, held: null }
  return { taken: records.slice(0, end), held: faultError(keys.has(version) ? keyWrong(version) : keyMissing(version)) }
}

/** Decrypts in portions, so that neither side of the pipe has to hold more than a few megabytes twice. */
async function decryptAll(
  sdk: SdkProcess,
  items: readonly (readonly [string, string])[],
): Promise<(string | number)[]> {
  const texts: (string | number)[] = []
  let portion: (readonly [string, string])[] = []
  let bytes = 0
  for (const item of items) {
    if (portion.length > 0 && bytes + item[1].length > MAX_DECRYPT_BYTES) {
      texts.push(...(await sdk.decrypt(portion)))
      portion = []
      bytes = 0
    }
    portion.push(item)
    bytes += item[1].length
  }
  if (portion.length > 0) texts.push(...(await sdk.decrypt(portion)))
  return texts
}

const timeOf = (heard: Heard): EpochMs | null => {
  if (heard.kind === 'message') return heard.message.sentAt
  if (heard.kind === 'amendment') return heard.amendment.at
  return heard.kind === 'passed' ? heard.at : null
}

/** What the platform gave, while its random keys are being opened. */
export interface Pulled {
  /** The record asked after. */
  after: bigint
  records: readonly ArchiveRecord[]
  /** The random key of each record; null where no key of ours opens it. */
  opened: Promise<(string | null)[]>
  /** As many as were asked for: more is waiting. */
  full: boolean
}

/**
 * Pulls at most `limit` records after `seq` and begins to open them. Throws an error of `faultError` where nothing came
 * of it; then nothing is lost, since the same records can be pulled again.
 */
export async function pullRecords({ sdk, pool }: BatchReader, seq: bigint, limit: number): Promise<Pulled> {
  const records = readChatData(await sdk.pull(seq, limit)).filter((record) => record.seq > seq)
  const opened = pool.unwrap(records.map(({ keyVersion, wrappedKey }) => [keyVersion, wrappedKey] as const))
  // Looked at when its turn comes.
  opened.catch(() => undefined)
  return { after: seq, records, opened, full: records.length >= limit }
}

/** Decrypts and reads what was pulled. Throws as `pullRecords` does. */
export async function readPulled(reader: BatchReader, pulled: Pulled): Promise<Batch> {
  const { sdk, keys } = reader
  const { after, records, full } = pulled
  const opened = await pulled.opened
  const { taken, held } = takeable(records, opened, keys)
  const readable = taken.flatMap(({ sealed }, index) => {
    const key = opened[index]
    return key == null ? [] : [{ index, pair: [key, sealed] as const }]
  })
  const texts = await decryptAll(
    sdk,
    readable.map(({ pair }) => pair),
  )
  const heard: Heard[] = taken.map(() => ({ kind: 'unreadable' }))
  for (const [at, { index }] of readable.entries()) {
    const text = texts[at]
    if (typeof text === 'string') heard[index] = readRecord(text, reader)
  }
  const times = heard.map(timeOf)
  const firstLost = heard.findIndex(({ kind }) => kind === 'unreadable')
  const lastLost = heard.findLastIndex(({ kind }) => kind === 'unreadable')
  return {
    messages: heard.flatMap((each) => (each.kind === 'message' ? [each.message] : [])),
    amendments: heard.flatMap((each) => (each.kind === 'amendment' ? [each.amendment] : [])),
    seq: taken.at(-1)?.seq ?? after,
    at: times.findLast((time) => time !== null) ?? null,
    lost:
      firstLost < 0
        ? null
        : {
            after: times.slice(0, firstLost).findLast((time) => time !== null) ?? null,
            before: times.slice(lastLost).find((time) => time !== null) ?? null,
          },
    held,
    full: held === null && full,
  }
}
