import { availableParallelism } from 'node:os'
import { printLine, readableTime } from './lib/log.ts'
import { packageBin, ROOT } from './lib/package-bin.ts'
import { run } from './lib/run.ts'

interface Check {
  name: string
  bin: string
  args: string[]
}

/** Format, lint and module boundaries; types of the server; types of the pages; dead code and dependencies. */
const CHECKS: Check[] = [
  { name: 'vue-tsc --noEmit -p src/web', bin: packageBin('vue-tsc'), args: ['--noEmit', '-p', 'src/web'] },
  { name: 'tsc --noEmit', bin: packageBin('typescript', 'tsc'), args: ['--noEmit'] },
  { name: 'biome ci .', bin: packageBin('@biomejs/biome', 'biome'), args: ['ci', '--colors=off', '.'] },
  { name: 'knip', bin: packageBin('knip'), args: [] },
]

async function perform({ name, bin, args }: Check): Promise<boolean> {
  const from = performance.now()
  const { code, output } = await run(process.execPath, [bin, ...args], { cwd: ROOT })
  printLine(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name}  (${readableTime(performance.now() - from)})`)
  if (code !== 0) printLine(output.trim().replaceAll(/^/gm, '      '))
  return code === 0
}

async function worker(queue: Check[]): Promise<number> {
  let failed = 0
  for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
    if (!(await perform(check))) failed++
  }
  return failed
}

printLine(`checking: ${CHECKS.map((check) => check.name).join(', ')}`)
const queue = [...CHECKS]
const failures = await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => worker(queue)))
const failed = failures.reduce((sum, count) => sum + count, 0)
printLine(failed === 0 ? 'all checks passed' : `${failed} of ${CHECKS.length} checks failed`)
process.exitCode = failed === 0 ? 0 : 1
