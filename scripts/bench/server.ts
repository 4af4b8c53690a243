import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CodedError } from '../../src/domain/errors.ts'
import { ROOT } from '../lib/package-bin.ts'
import { run } from '../lib/run.ts'
import type { LoadOrder, LoadReport } from '../load/generate-load.ts'
import { messageFaults, readStore } from '../load/read-store.ts'
import { startServer } from '../load/server-process.ts'
import { freePort } from '../services/free-port.ts'
import { median } from './median.ts'

const SECRETS = { token: 'BenchToken123', encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' }
const PATH = '/callbacks/wecom/main'
/** More than the bare server acknowledges in a second, so that no load ends for want of messages. */
const PREPARED_PER_SECOND = 12_000

interface Options {
  rounds: number
  seconds: number
  connections: number
}

/** One round: what the load saw, and what the server used for it. */
interface Round extends LoadReport {
  cpuMsEach: number
  residentMb: number
}

async function load(order: LoadOrder): Promise<LoadReport> {
  const { code, output } = await run(process.execPath, [
    join(ROOT, 'scripts/load/generate-load.ts'),
    JSON.stringify(order),
  ])
  if (code !== 0) throw new CodedError('LOAD_FAILED', `the load generator ended with code ${code}:\n${output}`)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as LoadReport
}

/** One round against a fresh server: a short warm-up, then the measured load. */
async function round(kind: 'qingqun' | 'bare', number: number, options: Options): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'qingqun-bench-'))
  const program = join(ROOT, kind === 'bare' ? 'scripts/load/bare-server.ts' : 'src/main.ts')
  const port = await freePort()
  const server = await startServer(program, {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: folder,
    NODE_ENV: 'production',
    LOG_LEVEL: 'silent',
    WECOM_BOT_TOKEN: SECRETS.token,
    WECOM_BOT_AES_KEY: SECRETS.encodingAesKey,
  })
  try {
    const common = { port, path: PATH, secrets: SECRETS, connections: options.connections }
    const messages = (seconds: number) => Math.ceil(seconds * PREPARED_PER_SECOND)
    const warm = await load({ ...common, seconds: 1, messages: messages(1), prefix: `w${number}`, seed: 1000 + number })
    const { seconds } = options
    const before = server.usage()
    const report = await load({ ...common, seconds, messages: messages(seconds), prefix: `r${number}`, seed: number })
    const after = server.usage()
    await server.kill('SIGTERM')
    if (kind === 'qingqun') await verify([...warm.acknowledged, ...report.acknowledged], folder)
    if (before === null || after === null) return { ...report, cpuMsEach: Number.NaN, residentMb: Number.NaN }
    const cpuMsEach = (after.cpuMs - before.cpuMs) / report.acknowledged.length
    return { ...report, cpuMsEach, residentMb: after.residentMb }
  } finally {
    await server.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

async function verify(acknowledged: string[], folder: string): Promise<void> {
  const { lost, doubled } = messageFaults(acknowledged, (await readStore(folder)).messages)
  if (lost.length + doubled.length === 0) return
  const words = `of ${acknowledged.length} acknowledged messages ${lost.length} are lost and ${doubled.length} doubled`
  throw new CodedError('BENCH_STORE', words)
}

function summary(reports: Round[]) {
  const middle = (pick: (report: Round) => number) => median(reports.map(pick))
  const refused = reports.flatMap((report) => Object.values(report.refused)).reduce((sum, count) => sum + count, 0)
  return {
    perSecond: middle((report) => report.perSecond),
    p50: middle((report) => report.p50),
    p99: middle((report) => report.p99),
    max: Math.max(...reports.map((report) => report.max)),
    cpuMsEach: middle((report) => report.cpuMsEach),
    residentMb: middle((report) => report.residentMb),
    acknowledged: reports.reduce((sum, report) => sum + report.acknowledged.length, 0),
    refused,
  }
}

function row(name: string, figures: ReturnType<typeof summary>): string {
  const { perSecond, p50, p99, max, cpuMsEach, residentMb, acknowledged, refused } = figures
  const latencies = [p50, p99, max].map((ms) => ms.toFixed(1))
  const usage = [cpuMsEach.toFixed(2), residentMb.toFixed(0)]
  const numbers = [perSecond.toFixed(0), ...latencies, ...usage, acknowledged, refused]
  return [name.padEnd(12), ...numbers.map((number) => String(number).padStart(12))].join('')
}

/** Callbacks acknowledged a second next to a bare Koa server: `bench -- server [--rounds N] [--seconds N] [--connections N] [--json]`. */
export async function benchServer(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '6' },
      connections: { type: 'string', default: '64' },
      json: { type: 'boolean', default: false },
    },
  })
  const options = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    connections: Number(values.connections),
  }
  const say = values.json ? () => undefined : (line: string) => console.log(line)
  const reports: Record<'qingqun' | 'bare', Round[]> = { qingqun: [], bare: [] }
  for (let number = 1; number <= options.rounds; number++) {
    for (const kind of ['qingqun', 'bare'] as const) {
      const report = await round(kind, number, options)
      reports[kind].push(report)
      say(`round ${number} ${kind}: ${report.perSecond.toFixed(0)} acknowledged/s, p99 ${report.p99.toFixed(1)} ms`)
    }
  }
  const result = { options, qingqun: summary(reports.qingqun), bare: summary(reports.bare) }
  const ratio = result.qingqun.perSecond / result.bare.perSecond
  if (values.json) return console.log(JSON.stringify({ ...result, ratio }))
  const titles = ['acks/s', 'p50 ms', 'p99 ms', 'max ms', 'CPU ms/ack', 'MB after', 'acks', 'refused']
  say(`\n${' '.repeat(12)}${titles.map((title) => title.padStart(12)).join('')}`)
  say(row('qingqun', result.qingqun))
  say(row('bare Koa', result.bare))
  say(`\nratio ${ratio.toFixed(3)} (medians of ${options.rounds} rounds of ${options.seconds} s)`)
  say('every acknowledged message is in the embedded store exactly once')
}
