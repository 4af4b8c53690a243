import { CodedError } from '../src/domain/errors.ts'
import { reportFailure } from './lib/report-failure.ts'

// Each bench is loaded alone: the other's packages would count as its memory.
const BENCHES = new Map<string, (args: string[]) => Promise<void>>([
  ['archive', async (args) => (await import('./bench/archive.ts')).benchArchive(args)],
  ['backtest', async (args) => (await import('./bench/backtest.ts')).benchBacktest(args)],
  ['fuzz', async (args) => (await import('./bench/fuzz.ts')).benchFuzz(args)],
  ['judge', async (args) => (await import('./bench/judge.ts')).benchJudge(args)],
  ['server', async (args) => (await import('./bench/server.ts')).benchServer(args)],
])

try {
  const [name, ...args] = process.argv.slice(2)
  const bench = BENCHES.get(name ?? '')
  if (bench === undefined)
    throw new CodedError(
      'BENCH_NAME',
      'usage: npm run bench -- judge [--rounds N] [--json] | server [--seconds N] … | archive … | backtest … | fuzz …',
    )
  await bench(args)
} catch (error) {
  reportFailure(error)
  process.exitCode = 1
}
