import { describe, expect, it } from 'vitest'
import { readChatData } from '../../../../src/adapters/wecom/archive/chat-data.ts'
import { readCursor, writeCursor } from '../../../../src/adapters/wecom/archive/cursor.ts'

const record = (seq: string, version: number | string = 3) =>
  `{"seq":${seq},"msgid":"M${seq}","publickey_ver":${JSON.stringify(version)},"encrypt_random_key":"AA==","encrypt_chat_msg":"BB=="}`
const answer = (...records: string[]) => `{"errcode":0,"errmsg":"ok","chatdata":[${records.join(',')}]}`

describe('an answer of GetChatData', () => {
  it('keeps the last digit of a seq beyond what a number can hold', () => {
    const [first] = readChatData(answer(record('18446744073709551615')))
    expect(first).toEqual({ seq: 18446744073709551615n, keyVersion: 3, wrappedKey: 'AA==', sealed: 'BB==' })
  })

  it('is put in order, each record once', () => {
    const records = readChatData(answer(record('9007199254740994'), record('196'), record('196'), record('12', '1')))
    expect(records.map(({ seq }) => seq)).toEqual([12n, 196n, 9007199254740994n])
  })

  it('may be empty', () => {
    expect(readChatData('{"errcode":0,"errmsg":"ok"}')).toEqual([])
  })

  it.each(['', '{"errcode":0,"chatdata":[{"seq":1', '<html>502</html>', '{"errcode":0,"chatdata":[{}]}', 'null'])(
    'is asked for again where it is torn: %j',
    (text) => {
      expect(() => readChatData(text)).toThrow(expect.objectContaining({ code: 'WECOM_ARCHIVE_DATA' }))
    },
  )

  it.each([
    [301052, '续费'],
    [301042, '可信 IP'],
    [40001, 'Secret'],
    [12345, '12345'],
  ])('that carries error %i is told in words', (errcode, words) => {
    expect(() => readChatData(JSON.stringify({ errcode, errmsg: 'SECRET' }))).toThrow(
      expect.objectContaining({ code: `WECOM_${errcode}`, hint: expect.stringContaining(words) }),
    )
  })
})

describe('the cursor', () => {
  it('is read as it was written', () => {
    for (const cursor of [
      { seq: 18446744073709551615n, at: 1_700_000_000_123 },
      { seq: 196n, at: null },
    ])
      expect(readCursor(writeCursor(cursor))).toEqual(cursor)
    expect(readCursor(null)).toEqual({ seq: 0n, at: null })
  })

  it.each(['', '-1', '1@', 'x@1', '1e9'])('is refused as %j', (text) => {
    expect(() => readCursor(text)).toThrow(expect.objectContaining({ code: 'WECOM_ARCHIVE_CURSOR' }))
  })
})
