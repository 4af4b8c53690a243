import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Delivery } from '../../src/adapters/adapter.ts'
import { readCursor } from '../../src/store/cursors.ts'
import { compileArchiveSdk } from '../../test/platforms/archive-sdk.ts'
import { type ArchiveOptions, type ArchiveSetting, type Figures, prepareArchive, pullArchive } from './archive-pull.ts'
import { withBenchIntake } from './bench-intake.ts'
import { median } from './median.ts'
import { rsaCeiling } from './rsa-ceiling.ts'

const TENANT = 'bench'
const FROM = { tenantId: TENANT, channel: 'wecom-archive:main' }

const RECEIPT = { duplicate: false, answers: [] }

/** Pulls, decrypts and reads; nothing is stored. `deliveries` is filled with what was handed over. */
const alone = (setting: ArchiveSetting, deliveries: Delivery[]) =>
  pullArchive(
    {
      cursor: async () => null,
      deliver: async (delivery) => {
        deliveries.push(delivery)
        return delivery.messages.map(() => RECEIPT)
      },
    },
    setting,
  )

/** Stores what has been decrypted before, one delivery after the other as the archive does. */
const intakeAlone = (deliveries: readonly Delivery[], messages: number) =>
  withBenchIntake(TENANT, messages, async (intake): Promise<Figures> => {
    const from = performance.now()
    const before = process.cpuUsage()
    for (const delivery of deliveries) await intake.deliver(FROM, delivery)
    const seconds = (performance.now() - from) / 1000
    const { user, system } = process.cpuUsage(before)
    return { messages, seconds, perSecond: messages / seconds, cpuMsEach: (user + system) / 1000 / messages, kills: 0 }
  })

const whole = (setting: ArchiveSetting) =>
  withBenchIntake(TENANT, setting.options.messages, (intake, db) =>
    pullArchive({ cursor: () => readCursor(db, FROM), deliver: (delivery) => intake.deliver(FROM, delivery) }, setting),
  )

/** The round of the middle rate. */
function middle(rounds: readonly Figures[]): Figures {
  const rate = median(rounds.map(({ perSecond }) => perSecond))
  return rounds.find(({ perSecond }) => perSecond === rate) as Figures
}

const line = (name: string, { messages, seconds, perSecond, cpuMsEach, kills }: Figures) =>
  `${name}: ${perSecond.toFixed(0)} messages/s (${messages} in ${seconds.toFixed(1)} s, ${cpuMsEach.toFixed(2)} ms of processor each${kills > 0 ? `, child killed ${kills} times` : ''})`

async function measure(folder: string, options: ArchiveOptions, rounds: number) {
  const library = await compileArchiveSdk(folder)
  const { privateKey, wrapped } = prepareArchive(folder, options)
  const setting = { folder, library, keys: new Map([[1, privateKey]]), tenantId: TENANT, options }
  const all = { alone: [] as Figures[], intake: [] as Figures[], stored: [] as Figures[], rsa: [] as number[] }
  let threads = 0
  for (let round = 0; round < rounds; round++) {
    const rsa = await rsaCeiling(privateKey, wrapped)
    threads = rsa.threads
    all.rsa.push(rsa.perSecond)
    const deliveries: Delivery[] = []
    all.alone.push(await alone(setting, deliveries))
    all.intake.push(await intakeAlone(deliveries, options.messages))
    all.stored.push(await whole(setting))
  }
  const rsa = { threads, perSecond: median(all.rsa) }
  return { rsa, alone: middle(all.alone), intake: middle(all.intake), stored: middle(all.stored) }
}

/**
 * Messages a second from the archive, by a library that stands in for the SDK: pulled alone, stored alone, and both
 * together as the app does it, on the embedded store; and what RSA by itself allows on this machine. Medians of the rounds.
 * `bench -- archive [--messages N] [--random-keys N] [--bits N] [--kills N] [--rounds N] [--json]`
 */
export async function benchArchive(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      messages: { type: 'string', default: '20000' },
      'random-keys': { type: 'string' },
      bits: { type: 'string', default: '2048' },
      kills: { type: 'string', default: '0' },
      rounds: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  })
  const messages = Number(values.messages)
  const options: ArchiveOptions = {
    messages,
    randomKeys: Number(values['random-keys'] ?? messages),
    bits: Number(values.bits),
    kills: Number(values.kills),
  }
  const folder = await mkdtemp(join(tmpdir(), 'qingqun-bench-'))
  try {
    const { rsa, alone, intake, stored } = await measure(folder, options, Number(values.rounds))
    if (values.json) return console.log(JSON.stringify({ options, rsa, alone, intake, stored }))
    const { bits, randomKeys } = options
    console.log(`RSA-${bits}, ${randomKeys} random keys for ${messages} messages, medians of ${values.rounds}`)
    console.log(`RSA alone: ${rsa.perSecond.toFixed(0)} keys/s on ${rsa.threads} threads`)
    console.log(line('pull, decrypt and read', alone))
    console.log(line('intake of what is decrypted', intake))
    console.log(line('all of it into the embedded store', stored))
    console.log('every message is in the store exactly once')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
