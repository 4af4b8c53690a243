import { describeAbilities } from '../app/doctor/describe-abilities.ts'
import { examine } from '../app/doctor/examine.ts'
import type { Finding } from '../app/doctor/finding.ts'
import { sleep } from '../app/timers.ts'
import { CodedError } from '../domain/errors.ts'
import { readEnv } from '../env.ts'
import { parseOptions } from './call.ts'
import { formatAbilities } from './format-abilities.ts'
import { ROOT } from './paths.ts'
import { print } from './print.ts'

const MARKS: Readonly<Record<Finding['state'], string>> = { right: '✓', wrong: '✗', unknown: '－' }

const timing = { now: Date.now, sleep, random: Math.random }

async function look(): Promise<{ found: Finding[]; abilities: string[] }> {
  try {
    const env = readEnv(process.env)
    const found = await examine({ env, root: ROOT, fetch: globalThis.fetch, timing, environment: process.env })
    return {
      found: [{ state: 'right', text: '环境变量: 格式正确' }, ...found],
      abilities: formatAbilities(describeAbilities(env, timing)),
    }
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'ENVIRONMENT_INVALID') throw error
    const faults = error.message.split('\n').slice(1)
    return { found: faults.map((fault) => ({ state: 'wrong', text: `环境变量 ${fault.trim()}` })), abilities: [] }
  }
}

/**
 * `doctor`: a line for each thing that is configured, ✓ or ✗ with what to do, － where it cannot be checked, then what
 * each platform can do and what is done instead of what it cannot; exit 1 with any ✗.
 */
export async function doctorCommand(args: string[]): Promise<void> {
  parseOptions(args, {})
  const { found, abilities } = await look()
  for (const { state, text } of found) print(`${MARKS[state]} ${text}`)
  for (const line of abilities) print(line)
  const faults = found.filter(({ state }) => state === 'wrong').length
  print(faults === 0 ? '没有发现问题。' : `有 ${faults} 处要处理。`)
  if (faults > 0) process.exitCode = 1
}
