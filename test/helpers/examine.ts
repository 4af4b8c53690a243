import { examine } from '../../src/app/doctor/examine.ts'
import type { Finding } from '../../src/app/doctor/finding.ts'
import { sleep } from '../../src/app/timers.ts'
import { readEnv } from '../../src/env.ts'
import { ROOT } from '../cli/run-program.ts'

/** What the doctor finds with these variables; `now` is its clock. */
export const examineWith = (variables: Record<string, string>, now = Date.now): Promise<Finding[]> =>
  examine({
    env: readEnv(variables),
    root: ROOT,
    fetch: globalThis.fetch,
    timing: { now, sleep, random: () => 0.5 },
    environment: process.env,
  })
