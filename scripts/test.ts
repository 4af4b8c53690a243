import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWeb } from './build-web.ts'
import { printLine, readableTime } from './lib/log.ts'
import { packageBin, ROOT } from './lib/package-bin.ts'
import { reportFailure } from './lib/report-failure.ts'
import { run } from './lib/run.ts'
import { testCounts } from './lib/test-counts.ts'
import { findChromium } from './services/chromium.ts'
import { startPostgres } from './services/postgres.ts'

async function runVitest(env: Record<string, string>, signal: AbortSignal): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'qingqun-test-'))
  const report = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=hanging-process', '--reporter=json']
    const { code } = await run(
      process.execPath,
      [packageBin('vitest'), 'run', ...reporters, `--outputFile.json=${report}`, ...process.argv.slice(2)],
      { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'inherit', signal },
    )
    const counts = testCounts(report)
    if (counts === null) printLine('vitest left no report')
    else if (code !== 0 && counts.failed === 0) printLine('no test failed, and vitest reports errors beside the tests')
    printLine(`${counts?.passed ?? 0} passed, ${counts?.failed ?? 0} failed`)
    return code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const chromium = await findChromium({ log: printLine })
  printLine(`browser: ${chromium}`)
  const postgres = await startPostgres({ log: printLine })
  try {
    await buildWeb({ root: ROOT, log: printLine })
    return await runVitest({ TEST_DATABASE_URL: postgres.url, CHROMIUM_PATH: chromium }, signal)
  } finally {
    await postgres.stop()
  }
}

const from = performance.now()
// An interrupted run ends vitest first, then takes its services down.
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
try {
  process.exitCode = await main(interrupted.signal)
} catch (error) {
  reportFailure(error)
  process.exitCode = 1
}
printLine(`total time ${readableTime(performance.now() - from)}`)
