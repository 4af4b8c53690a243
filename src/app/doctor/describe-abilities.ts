import type { Timing } from '../../adapters/adapter.ts'
import { CodedError } from '../../domain/errors.ts'
import type { Env } from '../../env.ts'
import { createLog } from '../../log.ts'
import { type Abilities, abilitiesOf } from '../abilities.ts'
import { openWays } from '../ways.ts'

/**
 * What the configuration makes possible on each platform. The ways are set up and never used; empty where they cannot
 * even be set up, which `examine` says in words.
 */
export function describeAbilities(env: Env, timing: Timing): Abilities[] {
  const unused = () => {
    throw new Error('the ways are only looked at')
  }
  try {
    const ways = openWays({
      env,
      now: timing.now,
      fetch: unused,
      timing,
      random: (bytes) => Buffer.alloc(bytes),
      newId: unused,
      sandboxSecret: `whsec_${Buffer.alloc(32).toString('base64')}`,
      log: createLog('silent'),
      db: new Promise(() => {}),
      onQuota: unused,
      onUnused: unused,
      signal: new AbortController().signal,
    })
    const named = [env.WECOM_WEBHOOKS, env.WECOM_APPCHATS, env.DINGTALK_WEBHOOKS, env.FEISHU_WEBHOOKS]
    return abilitiesOf(
      ways,
      named.flatMap((groups) => Object.keys(groups ?? {})),
    )
  } catch (error) {
    if (error instanceof CodedError) return []
    throw error
  }
}
