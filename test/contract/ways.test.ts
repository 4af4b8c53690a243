import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_TEXT } from '../../src/domain/message.ts'
import { openStore, type Store } from '../../src/store/database.ts'
import { ALL_WAYS } from './all-ways.ts'
import { type House, openHouse } from './house.ts'
import { tell } from './tell.ts'
import { isWhy, type Said, type Told, type Way } from './way.ts'
import { bridgeWay } from './ways/signed-json.ts'

const WORDS = '今天食堂的番茄炒蛋味道还可以,就是米饭稍微有点硬'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MIB = 1 << 20

/** What parsers, wires and stores stumble over; none begins or ends with what clients cut off. */
const TEXTS: Readonly<Record<string, string>> = {
  'pictures of skin and family': '好的👍🏽值班👨‍👩‍👧‍👦和🇨🇳就位',
  'characters beyond the first plane': '老店𠮷野家今天开门了𪚥',
  'marks that join and combine': 'e\u0301和\u200d与\u200c再\ufe0f来',
  'words from right to left': '甲\u202e乙丙\u202c丁 مرحبا 戊',
  'full width': 'ABC,123。!~全角 空格',
  'a mark of byte order': '前\ufeff后两个字',
  'ends of lines of all kinds': '第一行\n第二行\u2028第三行\t末尾',
  'half a character': '前\ud83d中\udc4d后',
  NUL: '前\u0000后两个字',
  'what looks like code': '<b>&amp;</b>]]>"\\u0000"\\ \'{{x}} %00 <!DOCTYPE a>',
}
/** UTF-8 has no half characters and PostgreSQL no NUL. */
const holdable = (text: string) => text.toWellFormed().replaceAll('\u0000', '\ufffd')

let store: Store
let house: House
beforeAll(async () => {
  store = await openStore({ kind: 'embedded', folder: null })
  house = await openHouse(store)
  for (const build of Object.values(ALL_WAYS)) await listening(build(house))
}, 300_000)
afterAll(async () => {
  await house?.close()
  await store?.close()
})

const listening = async ({ open }: Way) => {
  if (open === undefined) return
  await house.until(() => house.isListening(open.channel), { pressing: true, withinMs: 100_000 })
}

let serial = 0
/** Something new that nobody has said before, in a conversation of its own. */
function say(text = WORDS, changes: Partial<Said> = {}): Said {
  serial++
  return { id: `om${serial}-1`, group: `g${serial}`, person: `p${serial}`, text, at: house.timing.now(), ...changes }
}

describe.each(Object.entries(ALL_WAYS))('%s', (_name, build) => {
  let way: Way
  beforeAll(() => {
    way = build(house)
    return listening(way)
  }, 120_000)
  const deliver = (said: Said): Promise<Told> => tell(house, way, said, way.genuine(said))
  const rows = (said: Said) => house.rows(way.place(said).messageId)

  async function expectStored(said: Said, text = said.text) {
    const { groupId, memberId } = way.place(said)
    expect(await rows(said)).toMatchObject([{ tenant_id: way.tenantId, group_id: groupId, sender_id: memberId, text }])
  }
  async function expectNotStored(said: Said, told: Told) {
    expect(told).toMatchObject({ taken: false, code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/) })
    // What a person reads is Chinese.
    if (told.hint !== null) expect(told.hint).toMatch(/\p{Script=Han}/u)
    expect(await rows(said)).toEqual([])
  }

  it('stores a genuine message once', async () => {
    const said = say()
    expect(await deliver(said)).toMatchObject({ taken: true })
    await expectStored(said)
  })

  it('gives a message that is delivered again no second effect', async () => {
    const said = say()
    const told = await deliver(said)
    const before = [await house.count('messages'), await house.count('outbox')]
    for (let times = 0; times < 3; times++) expect(await deliver(said)).toMatchObject({ taken: true })
    expect(told).toMatchObject({ taken: true })
    expect([await house.count('messages'), await house.count('outbox')]).toEqual(before)
    await expectStored(said)
  })

  it('answers a message that is delivered again alike', async () => {
    const { answers } = way
    const said = say('帮助', { asks: true })
    const next = { ...said, id: said.id.replace(/1$/, '2') }
    if (isWhy(answers)) {
      await deliver(said)
      expect([answers.why, await outboxOf(said)]).toEqual([expect.any(String), 0])
    } else if ('read' in answers) {
      const [first, second] = [await deliver(said), await deliver(said)]
      expect(answers.read(first.answer ?? '')).toContain('清单')
      expect(answers.read(second.answer ?? '')).toBe(answers.read(first.answer ?? ''))
    } else {
      const before = answers.heard(said).length
      const heard = () => answers.heard(said).slice(before)
      await deliver(said)
      await house.until(() => heard().length === 1)
      await deliver(said)
      // One after another in a conversation: what was said to the first would be heard before this.
      await deliver(next)
      await house.until(() => heard().length >= 2)
      expect(heard()).toEqual([expect.stringContaining('清单'), heard()[0]])
    }
  })
  const outboxOf = (said: Said) =>
    store.db
      .selectFrom('outbox')
      .select('outbox_id')
      .where('group_id', '=', way.place(said).groupId)
      .execute()
      .then(({ length }) => length)

  it('notices a change of the contents on their way', async () => {
    const said = say()
    const told = await tell(house, way, said, way.tampered(said))
    if (!isWhy(way.contents)) return expectNotStored(said, told)
    // Nothing can notice it, for the reason that is given: then it is believed.
    expect([way.contents.why, told.taken]).toEqual([expect.any(String), true])
    await expectStored(said)
  })

  it('refuses what is forged in words, stores it nowhere and goes on', async () => {
    for (const [name, forged] of Object.entries(way.forgeries)) {
      const said = say()
      const told = await tell(house, way, said, forged(said))
      expect([name, told.taken]).toEqual([name, false])
      await expectNotStored(said, told)
    }
    const said = say()
    expect(await deliver(said)).toMatchObject({ taken: true })
    await expectStored(said)
  })

  it('refuses what was signed too long ago, or too far ahead', async () => {
    const said = say()
    if (isWhy(way.stale)) {
      // Nothing tells how old it is, for the reason that is given: it has no second effect a day later either.
      const told = await deliver(said)
      expect([way.stale.why, await deliver({ ...said, at: said.at - DAY_MS })]).toEqual([expect.any(String), told])
      return expectStored(said)
    }
    const { windowMs, signedAt } = way.stale
    const now = house.timing.now()
    for (const at of [now - windowMs - 2_000, now + windowMs + 2_000]) {
      const told = await tell(house, way, said, signedAt(said, at))
      await expectNotStored(said, told)
      expect(told.code).toBe('TIMESTAMP_STALE')
    }
    expect(await tell(house, way, said, signedAt(said, now - windowMs + 2_000))).toMatchObject({ taken: true })
  })

  it('keeps messages that arrive out of order, each at its time', async () => {
    const later = say(WORDS, { at: house.timing.now() })
    const earlier = say(`${WORDS}。`, { at: later.at - 60_000, group: later.group })
    for (const said of [later, earlier]) expect(await deliver(said)).toMatchObject({ taken: true })
    const sentAt = async (said: Said) => (await rows(said))[0]?.sent_at.getTime() ?? 0
    const apart = (await sentAt(later)) - (await sentAt(earlier))
    if (isWhy(way.time)) expect([way.time.why, apart <= 0]).toEqual([expect.any(String), true])
    else expect(apart).toBe(60_000)
  })

  it('stores the longest text whole, and meets a longer one clearly', async () => {
    const longest = say('水'.repeat(MAX_TEXT))
    expect(await deliver(longest)).toMatchObject({ taken: true })
    await expectStored(longest)
    const longer = say('水'.repeat(MAX_TEXT + 1))
    await expectTooLong(longer, await deliver(longer), /^(TEXT_TOO_LONG|MESSAGE_MALFORMED|GAP)$/)
  })
  async function expectTooLong(said: Said, told: Told, code: RegExp) {
    if (!isWhy(way.tooLong)) {
      await expectNotStored(said, told)
      return expect(told.code).toMatch(code)
    }
    expect([way.tooLong.why, told.taken]).toEqual([expect.any(String), true])
    const text = (await rows(said))[0]?.text ?? ''
    expect([text.length <= MAX_TEXT, text.slice(0, 1000), text.slice(-12)]).toEqual([
      true,
      said.text.slice(0, 1000),
      '…(内容过长,后面略去)',
    ])
  }

  it('meets a delivery beyond 1 MiB clearly, and goes on', async () => {
    const huge = say('水'.repeat(MIB / 3 + 1000))
    await expectTooLong(huge, await deliver(huge), way.hugeCode ?? /^TEXT_TOO_LONG$/)
    await listening(way)
    const said = say()
    expect(await deliver(said)).toMatchObject({ taken: true })
    await expectStored(said)
  })

  it.each(Object.entries(TEXTS))('brings %s unchanged, as far as the store can hold it', async (_name, text) => {
    const said = say(text)
    expect(await deliver(said)).toMatchObject({ taken: true })
    await expectStored(said, holdable(text))
  })

  it('does not acknowledge what the store does not take, and stores it once when it does', async () => {
    const said = say()
    house.storeDown(true)
    const told = await deliver(said)
    house.storeDown(false)
    expect(told.taken).toBe(false)
    expect(await rows(said)).toEqual([])
    if (way.open === undefined) expect(await deliver(said)).toMatchObject({ taken: true })
    // Where the platform does not deliver again, it is held here.
    else if (!isWhy(way.open.repeat)) way.open.repeat([said])
    await house.until(async () => (await rows(said)).length > 0, { pressing: true })
    await expectStored(said)
    await listening(way)
  })

  it('hears again after the platform was out of reach, and the other ways in never stop', async () => {
    const { open } = way
    if (open === undefined) {
      // The platform comes to us: nothing of ours waits for it, however long it stays away.
      await house.pass(MINUTE_MS)
      const said = say()
      expect(await deliver(said)).toMatchObject({ taken: true })
      return expectStored(said)
    }
    const [before, after, missed] = [say(), say(), say()]
    expect(await deliver(before)).toMatchObject({ taken: true })
    const gaps = await house.metric('qingqun_gaps_total', { channel: open.channel })
    await open.down()
    await house.until(async () => !(await house.isListening(open.channel)), { pressing: true })
    const [bridge, beside] = [bridgeWay(house), say()]
    expect(await tell(house, bridge, beside, bridge.genuine(beside))).toMatchObject({ taken: true })
    if (!isWhy(open.missed)) open.missed.say(missed)
    await house.pass(open.silenceMs)
    open.up()
    await listening(way)
    expect(await deliver(after)).toMatchObject({ taken: true })
    for (const said of [before, after]) await expectStored(said)
    if (!isWhy(open.missed)) {
      await house.until(async () => (await rows(missed)).length > 0, { pressing: true })
      return expectStored(missed)
    }
    // What was missed cannot be had, for the reason that is given: the operator is told so.
    const told = (await house.metric('qingqun_gaps_total', { channel: open.channel })) - gaps
    expect([open.missed.why, told]).toEqual([expect.any(String), 1])
  })

  it('loses nothing where the server is restarted in the middle', async () => {
    const { open } = way
    const burst = Array.from({ length: 20 }, () => say())
    const release = house.hold()
    const came = () => burst.filter((said) => house.comings(way.place(said).messageId).came > 0).length
    const told: Promise<Told>[] = []
    for (const said of burst) {
      const wire = way.genuine(said)
      if (typeof wire === 'function') wire()
      else told.push(house.post(wire))
    }
    await open?.flush?.()
    await house.until(() => came() >= (open === undefined || open.partsWithAll ? burst.length : 1))
    const stopping = house.stop()
    release()
    await stopping
    const unanswered = new Set(burst.filter((said) => open?.acks?.(said)[0] !== true))
    // A server that stops answers what it has begun.
    for (const one of await Promise.all(told)) expect(one).toMatchObject({ taken: true })
    await house.start()
    for (const build of Object.values(ALL_WAYS)) await listening(build(house))
    if (open !== undefined && !isWhy(open.repeat)) open.repeat([...unanswered])
    await house.until(async () => (await countOf(burst)) === burst.length, { pressing: true })
    for (const said of burst) await expectStored(said)
  })
  const countOf = async (all: readonly Said[]) => (await Promise.all(all.map(rows))).flat().length
})

describe.each(['the long connection of a WeCom bot', 'dws'])('%s, whose platform delivers nothing twice', (name) => {
  const OUTAGE_MS = 30_000

  it('stores what it holds, or tells of it as missed, after an outage of the store that outlasts its lease', async () => {
    const way = ALL_WAYS[name]?.(house)
    if (way?.open === undefined) throw new Error(name)
    const { channel } = way.open
    const said = say()
    const gaps = () => house.metric('qingqun_gaps_total', { channel })
    await listening(way)
    const before = await gaps()
    house.storeDown(true)
    expect((await tell(house, way, said, way.genuine(said))).taken).toBe(false)
    await house.pass(OUTAGE_MS)
    house.storeDown(false)
    await listening(way)
    const stored = async () => (await house.rows(said.id)).length
    await house.until(async () => (await stored()) > 0 || (await gaps()) > before, { pressing: true })
    expect(await stored()).toBeLessThanOrEqual(1)
  }, 150_000)
})
