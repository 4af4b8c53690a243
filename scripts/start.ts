import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { printLine } from './lib/log.ts'

printLine('正在启动;网页会在旁边检查,需要时重新生成 (starting; the pages are built beside the server where needed)')
// Building the pages takes seconds the first time: the server answers without waiting for it, and goes first.
const build = spawn(process.execPath, [join(import.meta.dirname, 'build-web.ts')], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (build.pid !== undefined) setPriority(build.pid, constants.priority.PRIORITY_BELOW_NORMAL)
build.once('error', (error) => printLine(`网页没有生成 (the pages were not built): ${error.message}`))
build.once('exit', (code) => {
  if (code !== null && code !== 0) printLine(`网页没有生成,服务照常运行 (building the pages failed with code ${code})`)
})
process.once('exit', () => build.kill())

await import('../src/main.ts')
