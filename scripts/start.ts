import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { printLine } from './lib/log.ts'

// Building the pages takes seconds the first time: it runs beside the server, which answers without waiting for it.
printLine('building the web pages beside the server, where they are not up to date')
const build = spawn(process.execPath, [join(import.meta.dirname, 'build-web.ts')], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
build.once('exit', (code) => {
  if (code !== null && code !== 0) printLine(`building the web pages failed with code ${code}; the server runs on`)
})
process.once('exit', () => build.kill())

await import('../src/main.ts')
