import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export const ROOT = join(import.meta.dirname, '../..')

export interface Ended {
  code: number | null
  out: string
  err: string
}

/** A program of this repository that runs in a process of its own, in an environment that holds `env` alone. */
export function startProgram(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(ROOT, program), ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  // A program that refuses its call may end before it has read its input.
  child.stdin.on('error', () => {})
  const ended: Promise<Ended> = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(
    ([[code], out, err]) => ({ code, out, err }),
  )
  return { child, ended }
}

/** Runs a program to its end with `input` on its standard input. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
) {
  const { child, ended } = startProgram(program, args, options.env)
  child.stdin.end(options.input ?? '')
  return ended
}

export const qingqun = (args: readonly string[], options: { env?: Record<string, string>; input?: string } = {}) =>
  runProgram('src/cli.ts', args, options)
