import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWeb } from './build-web.ts'
import { printLine, readableTime } from './lib/log.ts'
import { packageBin, ROOT } from './lib/package-bin.ts'
import { reportFailure } from './lib/report-failure.ts'
import { run } from './lib/run.ts'
import { type TestCounts, testCounts } from './lib/test-counts.ts'
import { findChromium } from './services/chromium.ts'
import { findCompiler } from './services/compiler.ts'
import { startPostgres } from './services/postgres.ts'

interface SuiteResult {
  code: number
  counts: TestCounts | null
}

async function runVitest(env: Record<string, string>, signal: AbortSignal): Promise<SuiteResult> {
  const folder = mkdtempSync(join(tmpdir(), 'qingqun-test-'))
  const report = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=hanging-process', '--reporter=json']
    const { code } = await run(
      process.execPath,
      [packageBin('vitest'), 'run', ...reporters, `--outputFile.json=${report}`, ...process.argv.slice(2)],
      { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'inherit', signal },
    )
    return { code, counts: testCounts(report) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function main(signal: AbortSignal): Promise<SuiteResult> {
  const chromium = await findChromium({ log: printLine })
  printLine(`browser: ${chromium}`)
  const compiler = await findCompiler({ log: printLine })
  const postgres = await startPostgres({ log: printLine })
  try {
    await buildWeb({ root: ROOT, log: printLine })
    return await runVitest({ TEST_DATABASE_URL: postgres.url, CHROMIUM_PATH: chromium, CC: compiler }, signal)
  } finally {
    await postgres.stop()
  }
}

const from = performance.now()
// An interrupted run ends vitest first, then takes its services down.
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
try {
  const { code, counts } = await main(interrupted.signal)
  process.exitCode = interrupted.signal.aborted ? 130 : code
  printLine(`total time ${readableTime(performance.now() - from)}`)
  if (code !== 0 && counts?.failed === 0) printLine('no test failed; vitest reports errors beside the tests, see above')
  printLine(counts === null ? 'vitest left no report' : `${counts.passed} passed, ${counts.failed} failed`)
} catch (error) {
  reportFailure(error)
  process.exitCode = 1
}
