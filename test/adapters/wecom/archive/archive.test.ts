import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createWecomArchive, type WecomArchiveOptions } from '../../../../src/adapters/wecom/archive/archive.ts'
import type { Request } from '../../../../src/adapters/wecom/archive/protocol.ts'
import { startArchiveChild } from '../../../../src/adapters/wecom/archive/start-child.ts'
import {
  fastTiming,
  type PatientEars,
  patientEars,
  rememberedChildren,
  sealsOf,
  spoken,
  spokenRecords,
} from '../../../platforms/archive-office.ts'
import { compileArchiveSdk, sealRecord, writeArchive } from '../../../platforms/archive-sdk.ts'

const folder = mkdtempSync(join(tmpdir(), 'qingqun-archive-'))
const one = sealsOf(1, 2048, 5)
const two = sealsOf(2, 2048, 5)
const [seal] = one.seals
if (seal === undefined) throw new Error('a seal is needed')
const keys = new Map([
  [1, one.privateKey],
  [2, two.privateKey],
])
let library = ''

beforeAll(async () => {
  library = await compileArchiveSdk(folder)
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

/** Starts the adapter; it ends with the test or with `stop`. */
function listenTo(ears: PatientEars, changes: Partial<WecomArchiveOptions> = {}) {
  const { children, start } = rememberedChildren()
  const archive = createWecomArchive({
    tenantId: 'default',
    channelId: 'main',
    corpId: 'ww1',
    secret: folder,
    library,
    keys,
    timing: fastTiming(1_000),
    callLimitMs: 60_000_000,
    threads: 1,
    startChild: start,
    ...changes,
  })
  const ending = new AbortController()
  const listening = archive.listen(ears, ending.signal)
  const stop = async () => {
    ending.abort()
    await listening
  }
  undo.push(stop)
  return { archive, children, listening, stop }
}

const codes = (ears: PatientEars) =>
  ears.notes.flatMap((note) => (note.kind === 'behind' ? [] : 'code' in note ? `${note.kind} ${note.code}` : note.kind))

describe('the archive of WeCom', () => {
  it('hands over what was said in groups, with the last seq as cursor', async () => {
    writeArchive(folder, [
      ...spokenRecords(one.seals, 1, 3),
      sealRecord(2n ** 60n + 4n, 'P1', spoken('P1', '私下说的话', { roomid: '' }), seal),
      sealRecord(
        2n ** 60n + 5n,
        'R1',
        spoken('R1', '', { action: 'recall', msgtype: 'revoke', revoke: { pre_msgid: 'M2' } }),
        seal,
      ),
      ...spokenRecords(two.seals, 6, 6),
    ])
    const ears = patientEars()
    const { children } = listenTo(ears)
    await ears.until(() => ears.notes.length > 0)
    expect(ears.notes).toEqual([{ kind: 'up' }])
    expect(ears.ids()).toEqual(['M1', 'M2', 'M3', 'M6'])
    expect(ears.deliveries).toHaveLength(1)
    expect(ears.deliveries[0]?.amendments).toMatchObject([{ messageId: 'M2', change: { kind: 'recalled' } }])
    expect(ears.deliveries[0]?.messages[0]).toMatchObject({
      adapter: 'wecom',
      text: '第1项任务:请周五前报台账',
      sentAt: 1_700_000_000_001,
    })
    expect(ears.kept).toMatch(/^1152921504606846982@\d+$/)
    expect(JSON.stringify(ears)).not.toContain('私下')
    expect(children).toHaveLength(1)
  })

  it('goes on where it was left, by a thousand at a time, and ends with nothing left open', async () => {
    writeArchive(folder, spokenRecords(one.seals, 1, 2_500))
    const ears = patientEars()
    ears.kept = String(2n ** 60n + 100n)
    const { stop, children } = listenTo(ears)
    await ears.until(() => ears.notes.length > 0 && ears.ids().length === 2_400)
    await stop()
    expect(ears.deliveries.map(({ messages }) => messages.length)).toEqual([1_000, 1_000, 400])
    expect(new Set(ears.ids()).size).toBe(2_400)
    expect(children.every((child) => child.exitCode !== null || child.signalCode !== null)).toBe(true)
  })

  it.each([
    ['after the interval', 100_000, false],
    ['at once when it is woken', 2 ** 40, true],
  ])('pulls again %s', async (_name, pollMs, woken) => {
    writeArchive(folder, spokenRecords(one.seals, 1, 1))
    const ears = patientEars()
    const { archive } = listenTo(ears, { pollMs })
    await ears.until(() => ears.notes.length === 1)
    writeArchive(folder, spokenRecords(one.seals, 1, 2))
    if (woken) archive.wake()
    await ears.until(() => ears.ids().length === 2)
    expect(ears.ids()).toEqual(['M1', 'M2'])
  })

  it('does not move on where the store refuses, and says so', async () => {
    writeArchive(folder, spokenRecords(one.seals, 1, 2))
    const ears = patientEars()
    ears.refuse = 3
    listenTo(ears)
    await ears.until(() => ears.notes.length === 2)
    expect(codes(ears)).toEqual(['down WECOM_ARCHIVE_STORE', 'up'])
    expect(ears.messages.map(({ messageId }) => messageId)).toEqual(['M1', 'M2'])
    expect(ears.deliveries).toHaveLength(4)
  })

  it('tells how far it is behind while it catches up, and when it has', async () => {
    writeArchive(folder, spokenRecords(one.seals, 1, 2_500))
    const ears = patientEars()
    // The records were said 100 s ago.
    listenTo(ears, { timing: fastTiming(1, 1_700_000_100_000) })
    await ears.until(() => ears.notes.some(({ kind }) => kind === 'up') && ears.ids().length === 2_500)
    await ears.until(() => ears.notes.some((note) => note.kind === 'behind' && note.ms === 0))
    const behind = ears.notes.flatMap((note) => (note.kind === 'behind' ? note.ms : []))
    expect(behind.at(-1)).toBe(0)
    expect(Math.min(...behind.slice(0, -1))).toBeGreaterThan(90_000)
  })

  it('tells the time that the platform no longer kept', async () => {
    writeArchive(folder, [])
    const ears = patientEars()
    const day = 86_400_000
    ears.kept = `5@${1_700_000_000_000 - 9 * day}`
    listenTo(ears, { timing: fastTiming(1, 1_700_000_000_000) })
    await ears.until(() => ears.deliveries.length > 0)
    expect(ears.notes[0]).toMatchObject({ kind: 'gap', from: 1_700_000_000_000 - 9 * day })
    expect(ears.kept).toMatch(/^5@17000000/)
  })
})

describe('the SDK of the archive in trouble', () => {
  it.each([
    ['an error that passes', ['GetChatData error 10001'], ['down WECOM_ARCHIVE_10001', 'up']],
    [
      'the same error many times, told once',
      Array(4).fill('GetChatData error 10003'),
      ['down WECOM_ARCHIVE_10003', 'up'],
    ],
    ['an address that is not allowed', ['Init error 10009'], ['alarm WECOM_ARCHIVE_10009', 'up']],
    ['a service that has expired', ['GetChatData answer {"errcode":301052}'], ['alarm WECOM_301052', 'up']],
    ['an address refused by the server', ['GetChatData answer {"errcode":301042}'], ['alarm WECOM_301042', 'up']],
    ['an answer torn in two', ['GetChatData answer {"errcode":0,"chatdata":[{"se'], ['down WECOM_ARCHIVE_DATA', 'up']],
    ['a proxy that answers HTML', ['GetChatData answer <html>502</html>'], ['down WECOM_ARCHIVE_DATA', 'up']],
    ['an empty answer', ['GetChatData answer '], ['down WECOM_ARCHIVE_DATA', 'up']],
    ['a code that nobody knows', ['GetChatData error 77'], ['alarm WECOM_ARCHIVE_77', 'up']],
    ['a crash while pulling', ['GetChatData abort'], ['down WECOM_ARCHIVE_CRASHED', 'up']],
    ['a crash at the start', ['Init abort'], ['down WECOM_ARCHIVE_CRASHED', 'up']],
    ['a crash while decrypting', ['DecryptData abort'], ['down WECOM_ARCHIVE_CRASHED', 'up']],
    [
      'one crash after the other',
      Array(6).fill('GetChatData abort'),
      ['down WECOM_ARCHIVE_CRASHED', 'alarm WECOM_ARCHIVE_CRASHING', 'up'],
    ],
  ])('comes through %s', async (_name, faults, notes) => {
    writeArchive(folder, spokenRecords(one.seals, 1, 5), faults)
    const ears = patientEars()
    listenTo(ears)
    await ears.until(() => ears.notes.some(({ kind }) => kind === 'up'))
    expect(codes(ears)).toEqual(notes)
    expect(ears.ids()).toEqual(['M1', 'M2', 'M3', 'M4', 'M5'])
    for (const note of ears.notes) if ('hint' in note) expect(note.hint).not.toContain(folder)
  })

  it.each(['GetChatData hang', 'DecryptData hang'])('ends a process that hangs: %s', async (fault) => {
    writeArchive(folder, spokenRecords(one.seals, 1, 5), [fault])
    const ears = patientEars()
    // Two seconds of ours.
    const { children } = listenTo(ears, { timing: fastTiming(30), callLimitMs: 60_000, pollMs: 600_000 })
    await ears.until(() => ears.notes.some(({ kind }) => kind === 'up'))
    expect(codes(ears)).toEqual(['down WECOM_ARCHIVE_HUNG', 'up'])
    expect(children[0]?.signalCode).toBe('SIGKILL')
    expect(ears.ids()).toHaveLength(5)
  })

  it('ends at once when it is told to, though the SDK hangs', async () => {
    writeArchive(folder, [], ['GetChatData hang'])
    const opened = Promise.withResolvers<void>()
    const { children, start } = rememberedChildren((child) => child.stdio[3]?.once('data', () => opened.resolve()))
    const { stop } = listenTo(patientEars(), { startChild: start })
    await opened.promise
    await stop()
    expect(children.map((child) => child.signalCode)).toEqual(['SIGKILL'])
  })
})

describe('the process that holds the SDK', () => {
  it('ends with the server that started it, even inside a call that hangs', async () => {
    writeArchive(folder, [], ['GetChatData hang'])
    const child = startArchiveChild()
    const channel = child.stdio[3]
    if (!(channel instanceof Socket)) throw new Error('a pipe was expected')
    const tell = (request: Request) => channel.write(`${JSON.stringify(request)}\n`)
    tell({ call: 'open', library, corpId: 'ww1', secret: folder })
    const [answer] = await once(channel, 'data')
    expect(String(answer)).toBe('{"kind":"opened"}\n')
    tell({ call: 'pull', seq: '0', limit: 1, proxy: '', password: '', seconds: 30 })
    await vi.waitFor(() => expect(readFileSync(join(folder, 'faults'), 'utf8')).toBe(''), { timeout: 10_000 })
    const ended = once(child, 'exit')
    channel.destroy()
    expect(await ended).toEqual([null, 'SIGKILL'])
  })

  it('gives back more than a pipe should carry in smaller batches', async () => {
    const text = '报'.repeat(14_000)
    const records = Array.from({ length: 600 }, (_, index) =>
      sealRecord(index + 1, `H${index}`, spoken(`H${index}`, text), seal),
    )
    writeArchive(folder, records)
    const ears = patientEars()
    const { children } = listenTo(ears)
    await ears.until(() => ears.notes.some(({ kind }) => kind === 'up'))
    await ears.until(() => ears.ids().length === 600)
    expect(codes(ears)).toEqual(['down WECOM_ARCHIVE_TOO_LONG', 'up'])
    expect(new Set(ears.ids()).size).toBe(600)
    expect(children.length).toBeGreaterThan(1)
  })
})

describe('a library that cannot be used', () => {
  const patched = (name: string, change: (bytes: Buffer) => Buffer): string => {
    const path = join(folder, name)
    writeFileSync(path, change(readFileSync(library)))
    return path
  }
  const cases: [string, () => Promise<string>, string, string][] = [
    ['is missing', async () => join(folder, 'nowhere.so'), 'WECOM_ARCHIVE_LIBRARY_MISSING', 'nowhere.so'],
    [
      'is made for another machine',
      async () =>
        patched('foreign.so', (bytes) => {
          bytes.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18)
          return bytes
        }),
      'WECOM_ARCHIVE_LIBRARY_FOREIGN',
      process.arch === 'arm64' ? 'x64' : 'arm64',
    ],
    [
      'is no library at all',
      async () => patched('page.so', () => Buffer.from('<html>404</html>'.repeat(9))),
      'WECOM_ARCHIVE_LIBRARY_FOREIGN',
      '不是 Linux 动态库',
    ],
    [
      'is torn',
      async () => patched('torn.so', (bytes) => bytes.subarray(0, 400)),
      'WECOM_ARCHIVE_LIBRARY_BROKEN',
      '加载失败',
    ],
    [
      'lacks a function',
      async () => {
        const source = join(folder, 'other.c')
        writeFileSync(source, 'void *NewSdk(void) { return 0; }\nint Init(void) { return 0; }\n')
        return compileArchiveSdk(folder, source, 'other')
      },
      'WECOM_ARCHIVE_LIBRARY_WRONG',
      'GetChatData',
    ],
  ]

  it.each(cases)('and %s raises an alarm in one sentence', async (_name, make, code, words) => {
    writeArchive(folder, [])
    const ears = patientEars()
    listenTo(ears, { library: await make() })
    await ears.until(() => ears.notes.length > 0)
    expect(ears.notes).toEqual([{ kind: 'alarm', code, hint: expect.stringContaining(words) }])
  })

  it('is used as soon as it is there', async () => {
    writeArchive(folder, spokenRecords(one.seals, 1, 1))
    const path = join(folder, 'late.so')
    const ears = patientEars()
    listenTo(ears, { library: path })
    await ears.until(() => ears.notes.length > 0)
    copyFileSync(library, path)
    await ears.until(() => ears.ids().length === 1)
  })
})

describe('the keys of the archive', () => {
  it('hold everything back from the first record whose version is missing', async () => {
    writeArchive(folder, [
      ...spokenRecords(one.seals, 1, 3),
      ...spokenRecords(two.seals, 4, 4),
      ...spokenRecords(one.seals, 5, 5),
    ])
    const ears = patientEars()
    const { stop } = listenTo(ears, { keys: new Map([[1, one.privateKey]]) })
    await ears.until(() => ears.notes.length > 0)
    await stop()
    expect(ears.notes).toEqual([
      { kind: 'alarm', code: 'WECOM_ARCHIVE_KEY_MISSING', hint: expect.stringContaining('第 2 版') },
    ])
    expect(ears.ids()).toEqual(['M1', 'M2', 'M3'])

    listenTo(ears)
    await ears.until(() => ears.ids().length === 5)
    expect(ears.ids()).toEqual(['M1', 'M2', 'M3', 'M4', 'M5'])
  })

  it('hold everything back where the key of a version belongs to another', async () => {
    writeArchive(folder, spokenRecords(two.seals, 1, 3))
    const ears = patientEars()
    listenTo(ears, { keys: new Map([[2, one.privateKey]]) })
    await ears.until(() => ears.notes.length > 0)
    expect(ears.notes).toEqual([
      { kind: 'alarm', code: 'WECOM_ARCHIVE_KEY_WRONG', hint: expect.stringContaining('第 2 版') },
    ])
    expect(ears.deliveries).toEqual([])
  })

  it.each([
    ['its random key is broken', { ...seal, wrappedKey: Buffer.alloc(256, 7).toString('base64') }, spoken('X', '坏')],
    ['its contents are torn', seal, '{"msgid":"X","action":"se'],
    ['the SDK cannot decrypt it', seal, 'no JSON'],
  ])('let a record go that nobody can read, and report it as a gap: %s', async (_name, broken, text) => {
    const records = spokenRecords(one.seals, 1, 3)
    records[1] = sealRecord(2n ** 60n + 2n, 'X', text, broken)
    writeArchive(folder, records)
    const ears = patientEars()
    listenTo(ears)
    await ears.until(() => ears.notes.some(({ kind }) => kind === 'up'))
    expect(ears.ids()).toEqual(['M1', 'M3'])
    expect(ears.notes).toEqual([
      { kind: 'unusable', code: 'WECOM_ARCHIVE_UNREADABLE', hint: expect.any(String) },
      { kind: 'gap', from: 1_700_000_000_001, to: 1_700_000_000_003 },
      { kind: 'up' },
    ])
  })
})
