import { createHash, createHmac } from 'node:crypto'
import type { Refused } from '../http-client.ts'
import type { DingtalkApp } from './dingtalk-app.ts'

/** Where presses of cards go by HTTP, as DingTalk knows it. */
export interface CardRoute {
  routeKey: string
  /** Makes the address known once in the life of the process; what refused it, or null. */
  register(): Promise<Refused | null>
}

/** What DingTalk signs card callbacks with: a secret of its own for each application, made from the one that it has. */
export const cardApiSecret = (appSecret: string): string =>
  createHmac('sha256', appSecret).update('card callback').digest('hex')

/**
 * Registers the address of card callbacks (API/0786). The key names address and secret, so that registering it again
 * changes nothing for the cards that are out.
 */
export function createCardRoute(options: { app: DingtalkApp; url: string; apiSecret: string }): CardRoute {
  const { app, url, apiSecret } = options
  const name = createHash('sha256')
    .update(JSON.stringify([url, apiSecret]))
    .digest('hex')
    .slice(0, 24)
  const routeKey = `qingqun-${name}`
  let registered = false
  let flight: Promise<Refused | null> | null = null

  async function ask(): Promise<Refused | null> {
    const json = { callbackRouteKey: routeKey, callbackUrl: url, apiSecret, forceUpdate: true }
    const answer = await app.call({ method: 'POST', path: '/v1.0/card/callbacks/register', json })
    if ('refused' in answer) return answer.refused
    registered = true
    return null
  }

  return {
    routeKey,
    register() {
      if (registered) return Promise.resolve(null)
      flight ??= ask().finally(() => {
        flight = null
      })
      return flight
    },
  }
}
