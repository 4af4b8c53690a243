import { afterEach, describe, expect, it, vi } from 'vitest'
import { readRecord } from '../../../../src/adapters/wecom/archive/message.ts'
import { createNameBook } from '../../../../src/adapters/wecom/archive/name-book.ts'
import { createArchiveNames } from '../../../../src/adapters/wecom/archive/names.ts'
import { createWecomApp } from '../../../../src/adapters/wecom/wecom-app.ts'
import { type FakeWecom, startFakeWecom } from '../../../platforms/fake-wecom.ts'

const HOUR = 3_600_000
const until = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 })

const ending: FakeWecom[] = []
afterEach(async () => {
  for (const fake of ending.splice(0)) await fake.close()
})

async function start({ withApp = true } = {}) {
  const fake = await startFakeWecom({ rooms: { wrROOM1: '各村工作群' }, users: { zhangsan: '张三', lisi: '李四' } })
  ending.push(fake)
  const clock = { at: 0 }
  const aborter = new AbortController()
  const now = () => clock.at
  const app = createWecomApp({
    corpId: 'wwcorp',
    corpSecret: 'app-secret',
    fetch: globalThis.fetch,
    now,
    baseUrl: fake.url,
  })
  const names = createArchiveNames({ archive: app, app: withApp ? app : null, now, signal: aborter.signal })
  const asked = (path: string) => fake.seen.filter((request) => request.path.endsWith(path)).length
  return { fake, clock, aborter, names, asked }
}

const record = (from: string, roomid = 'wrROOM1') =>
  JSON.stringify({
    msgid: '1001',
    action: 'send',
    from,
    roomid,
    msgtime: 1_700_000_000_123,
    msgtype: 'text',
    text: { content: '请周五前报台账' },
  })

describe('names of the archive', () => {
  it('come with the messages once the platform has told them, and hold up none before', async () => {
    const { names, asked } = await start()
    const read = (from = 'zhangsan', roomid = 'wrROOM1') => {
      const heard = readRecord(record(from, roomid), { tenantId: 'default', channelId: 'main', names })
      return heard.kind === 'message' ? [heard.message.groupName, heard.message.sender] : []
    }
    expect(read()).toEqual([undefined, { memberId: 'zhangsan' }])
    await until(() => expect(read()).toEqual(['各村工作群', { memberId: 'zhangsan', name: '张三' }]))
    expect([asked('groupchat/get'), asked('user/get')]).toEqual([1, 1])
  })

  it('stay ids where the platform refuses, and are asked for again after an hour', async () => {
    const { names, asked, clock } = await start()
    for (let times = 0; times < 3; times++)
      expect([names.room('wrOUTSIDE'), names.member('wangwu')]).toEqual([undefined, undefined])
    await until(() => expect([asked('groupchat/get'), asked('user/get')]).toEqual([1, 1]))
    await until(() => expect(names.member('zhangsan')).toBe('张三'))
    clock.at += HOUR - 1
    expect(names.room('wrOUTSIDE')).toBeUndefined()
    clock.at += 1
    expect(names.room('wrOUTSIDE')).toBeUndefined()
    await until(() => expect(asked('groupchat/get')).toBe(2))
  })

  it('are asked of nobody for outside contacts and robots, nor for members where there is no app', async () => {
    const { names, asked } = await start()
    for (const id of [
      'wmErxtDgAA9AW32YyyuYRimKr7D1KWlw',
      'wb1234567890123456789012',
      'woErxtDgAA9AW32YyyuYRimKr7D1KWlw',
    ])
      expect(names.member(id)).toBeUndefined()
    await until(() => expect(names.member('lisi')).toBe('李四'))
    expect(asked('user/get')).toBe(1)
    const without = await start({ withApp: false })
    expect(without.names.member('lisi')).toBeUndefined()
    await until(() => expect(without.names.room('wrROOM1')).toBe('各村工作群'))
    expect(without.asked('user/get')).toBe(0)
  })

  it('keep what was known while the platform is away, and ask no more once the server stops', async () => {
    const { fake, names, clock, aborter, asked } = await start()
    await until(() => expect(names.member('lisi')).toBe('李四'))
    clock.at += 12 * HOUR
    fake.next({ status: 502, type: 'text/html', body: '<html>' }, { status: 502, type: 'text/html', body: '<html>' })
    expect(names.member('lisi')).toBe('李四')
    await until(() => expect(fake.seen.length).toBeGreaterThan(2))
    expect(names.member('lisi')).toBe('李四')
    aborter.abort()
    const before = asked('user/get')
    expect(names.member('zhangsan')).toBeUndefined()
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked('user/get')).toBe(before)
  })
})

describe('a book of names', () => {
  it('puts one question at a time, and no more than 500 wait', async () => {
    let atOnce = 0
    let most = 0
    let asked = 0
    const book = createNameBook({
      async ask(id) {
        most = Math.max(most, ++atOnce)
        asked++
        await new Promise((resolve) => setImmediate(resolve))
        atOnce--
        return `名${id}`
      },
      now: () => 0,
      signal: new AbortController().signal,
    })
    for (let id = 0; id < 2000; id++) expect(book(String(id))).toBeUndefined()
    await until(() => expect(asked).toBe(500))
    expect(most).toBe(1)
    expect([book('0'), book('499'), book('500')]).toEqual(['名0', '名499', undefined])
    await until(() => expect(book('500')).toBe('名500'))
  })

  it('outlives a question that fails', async () => {
    const book = createNameBook({
      ask: (id) => (id === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve('好')),
      now: () => 0,
      signal: new AbortController().signal,
    })
    expect([book('bad'), book('good')]).toEqual([undefined, undefined])
    await until(() => expect(book('good')).toBe('好'))
    expect(book('bad')).toBeUndefined()
  })
})
