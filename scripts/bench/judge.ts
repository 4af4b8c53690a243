import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CodedError } from '../../src/domain/errors.ts'
import { BASELINES } from '../../src/judge/train/baselines/baselines.ts'
import { ROOT } from '../lib/package-bin.ts'
import { run } from '../lib/run.ts'
import type { CandidateReport } from './judge-round.ts'
import { median } from './median.ts'

const CANDIDATES = [{ id: 'qingqun', name: '清群' }, ...BASELINES.map(({ id, name }) => ({ id, name }))]

/** One candidate in a process of its own, whose helper threads are off: what it uses is one core. */
async function measure(id: string, rounds: number): Promise<CandidateReport> {
  const program = join(ROOT, 'scripts/bench/judge-round.ts')
  const flags = ['--expose-gc', '--single-threaded', '--max-old-space-size=4096']
  const { code, output } = await run(process.execPath, [...flags, program, id, String(rounds)], { cwd: ROOT })
  if (code !== 0) throw new CodedError('BENCH_CANDIDATE', `${id} ended with code ${code}:\n${output}`)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as CandidateReport
}

const summary = ({ messages, readyMs, addedMb, rounds }: CandidateReport) => ({
  messages,
  perSecond: median(rounds.map((one) => one.perSecond)),
  cpuUs: median(rounds.map((one) => one.cpuUs)),
  p50Us: median(rounds.map((one) => one.p50Us)),
  p99Us: median(rounds.map((one) => one.p99Us)),
  readyMs,
  addedMb,
})

/**
 * Verdicts a second on one core next to the baselines, on the streams of the corpus: messages of median length 40, three
 * messages of context (baselines read the text alone). `bench -- judge [--rounds N] [--only ID] [--json]`.
 */
export async function benchJudge(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '7' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const rounds = Number(values.rounds)
  const chosen = CANDIDATES.filter(({ id }) => values.only === undefined || id === values.only)
  if (chosen.length === 0 || !(rounds >= 1)) throw new CodedError('BENCH_OPTION', 'no such candidate, or no round')
  const say = values.json ? () => undefined : (line: string) => console.log(line)
  const titles = ['verdicts/s', 'CPU µs each', 'p50 µs', 'p99 µs', 'ready ms', 'MB added']
  say(`${' '.repeat(26)}${titles.map((title) => title.padStart(13)).join('')}`)
  const result: Record<string, ReturnType<typeof summary>> = {}
  for (const { id } of chosen) {
    const figures = summary(await measure(id, rounds))
    result[id] = figures
    const { perSecond, cpuUs, p50Us, p99Us, readyMs, addedMb } = figures
    const numbers = [
      perSecond.toFixed(0),
      ...[cpuUs, p50Us, p99Us].map((us) => us.toFixed(1)),
      readyMs.toFixed(0),
      addedMb.toFixed(0),
    ]
    say([id.padEnd(26), ...numbers.map((number) => number.padStart(13))].join(''))
  }
  if (values.json) return console.log(JSON.stringify({ rounds, ...result }))
  say(
    `\n${result[chosen[0]?.id ?? '']?.messages} messages of median length 40 with three of context; medians of ${rounds} rounds, one core.`,
  )
  say(
    'ready: the model loaded (baselines: trained on the corpus outside its streams); added: memory after the first verdicts.',
  )
}
