import { type SpawnOptions, spawn } from 'node:child_process'

/** How a command ended, with everything it wrote to both of its outputs, in order of arrival. */
export interface Outcome {
  /** Exit code; 127 where it could not be started, 128 where a signal ended it. */
  code: number
  output: string
}

/** Runs a command to its end and gathers what it writes; `stdio: 'inherit'` shows it instead. Never throws. */
export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    const chunks: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => resolve({ code: 127, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 128, output: Buffer.concat(chunks).toString('utf8') }))
  })
}
