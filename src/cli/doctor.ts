import { examine } from '../app/doctor/examine.ts'
import type { Finding } from '../app/doctor/finding.ts'
import { CodedError } from '../domain/errors.ts'
import { readEnv } from '../env.ts'
import { parseOptions } from './call.ts'
import { ROOT } from './paths.ts'
import { print } from './print.ts'

const MARKS: Readonly<Record<Finding['state'], string>> = { right: '✓', wrong: '✗', unknown: '－' }

async function findings(): Promise<Finding[]> {
  try {
    const env = readEnv(process.env)
    return [
      { state: 'right', text: '环境变量: 格式正确' },
      ...(await examine({ env, root: ROOT, fetch: globalThis.fetch, now: Date.now })),
    ]
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'ENVIRONMENT_INVALID') throw error
    const faults = error.message.split('\n').slice(1)
    return faults.map((fault) => ({ state: 'wrong', text: `环境变量 ${fault.trim()}` }))
  }
}

/** `doctor`: a line for each thing that is configured, ✓ or ✗ with what to do, － where it cannot be checked; exit 1 with any ✗. */
export async function doctorCommand(args: string[]): Promise<void> {
  parseOptions(args, {})
  const found = await findings()
  for (const { state, text } of found) print(`${MARKS[state]} ${text}`)
  const faults = found.filter(({ state }) => state === 'wrong').length
  print(faults === 0 ? '没有发现问题。' : `有 ${faults} 处要处理。`)
  if (faults > 0) process.exitCode = 1
}
