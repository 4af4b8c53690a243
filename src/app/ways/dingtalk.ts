import type { Channel, Listener, WebhookAdapter } from '../../adapters/adapter.ts'
import { createDingtalkCardCallback } from '../../adapters/dingtalk/card-callback.ts'
import { cardApiSecret, createCardRoute } from '../../adapters/dingtalk/card-route.ts'
import { createDingtalkApp, type DingtalkApp } from '../../adapters/dingtalk/dingtalk-app.ts'
import { createDwsListener } from '../../adapters/dingtalk/dws.ts'
import { pipedDws, spawnDws } from '../../adapters/dingtalk/dws-source.ts'
import { createDingtalkGroupChannel } from '../../adapters/dingtalk/group-channel.ts'
import { createIllustratedChannel } from '../../adapters/dingtalk/illustrated-channel.ts'
import { createDingtalkPrivateChannel } from '../../adapters/dingtalk/private-channel.ts'
import { createDingtalkRobot } from '../../adapters/dingtalk/robot.ts'
import { createSessionBook, type SessionShelf } from '../../adapters/dingtalk/session-book.ts'
import { createDingtalkSessionChannel } from '../../adapters/dingtalk/session-channel.ts'
import { createDingtalkStream } from '../../adapters/dingtalk/stream.ts'
import { createDingtalkWebhookChannel, readWebhookRobot } from '../../adapters/dingtalk/webhook-channel.ts'
import { createLadderChannel } from '../../adapters/ladder-channel.ts'
import { createPressSeal } from '../../adapters/press-seal.ts'
import type { Env } from '../../env.ts'
import { findSession, keepSession } from '../../store/sessions.ts'
import { DEFAULT_TENANT, given, logged, MAIN, type Way, type WaysOptions } from './way.ts'

/** A person's `dws event consume`, which hears everything in that person's groups. */
function dws({ env, timing, onUnused }: WaysOptions): Listener[] {
  const common = {
    tenantId: DEFAULT_TENANT,
    timing,
    ...given('robotName', env.DINGTALK_ROBOT_NAME),
    onUnused: (type: string) => onUnused('dingtalk:dws', type),
  }
  const spawned = (env.DINGTALK_DWS ?? []).map((command, i) =>
    createDwsListener({
      ...common,
      channelId: `dws-${i + 1}`,
      open: () => spawnDws({ command, environment: process.env, timing }),
    }),
  )
  if (env.DINGTALK_DWS_STDIN === 'off') return spawned
  return [
    ...spawned,
    createDwsListener({ ...common, channelId: 'dws-stdin', once: true, open: () => pipedDws(process.stdin) }),
  ]
}

/** Keeps sessions in the store, for all nodes and the next start. */
const shelfIn = ({ db, now }: WaysOptions): SessionShelf => ({
  keep: async (groupId, session) => keepSession(await db, { tenantId: DEFAULT_TENANT, groupId }, session, now()),
  find: async (groupId) => findSession(await db, { tenantId: DEFAULT_TENANT, groupId }),
})

/** What shows buttons; without a template, or without a way for presses to come back, there are none. */
function cardsOf(env: Env, app: DingtalkApp, appSecret: string) {
  const { DINGTALK_CARD_TEMPLATE: templateId, DINGTALK_CARD_URL: url, DINGTALK_STREAM: stream } = env
  if (templateId === undefined) return null
  const seal = createPressSeal(appSecret)
  if (stream === 'on') return { templateId, seal, callback: 'stream' } as const
  return url === undefined
    ? null
    : { templateId, seal, callback: createCardRoute({ app, url, apiSecret: cardApiSecret(appSecret) }) }
}

/** What the environment configures of DingTalk. */
export function dingtalkWays(options: WaysOptions): Way {
  const { env, now, fetch, timing, log, onQuota } = options
  const { DINGTALK_APP_KEY: appKey, DINGTALK_APP_SECRET: appSecret, DINGTALK_ROBOT_CODE: robotCode } = env
  const adapters: WebhookAdapter[] = []
  const listeners = dws(options)
  const channels: Channel[] = []
  const base = given('baseUrl', env.DINGTALK_API_BASE)
  const robots = Object.entries(env.DINGTALK_WEBHOOKS ?? {}).map(
    ([id, robot]) => [id, readWebhookRobot(robot)] as const,
  )
  const byWebhook = createDingtalkWebhookChannel({
    channelId: MAIN,
    robots: Object.fromEntries(robots),
    fetch,
    now,
    ...given('baseUrl', env.DINGTALK_OAPI_BASE),
  })
  if (appKey !== undefined && appSecret !== undefined && robotCode !== undefined) {
    const credentials = { channelId: MAIN, appSecret, robotCode, now }
    const app = createDingtalkApp({
      appKey,
      appSecret,
      fetch,
      now,
      ...base,
      ...given('oapiUrl', env.DINGTALK_OAPI_BASE),
    })
    const inPrivate = createDingtalkPrivateChannel({ ...credentials, appKey, fetch, app, ...base })
    const sessions = createSessionBook({
      shelf: shelfIn(options),
      now,
      ...given('origins', env.DINGTALK_SESSION_ORIGINS),
    })
    const bySession = createDingtalkSessionChannel({ channelId: MAIN, sessions, fetch })
    const byApp = createDingtalkGroupChannel({ channelId: MAIN, app, robotCode })
    adapters.push(createDingtalkRobot({ ...credentials, tenantId: DEFAULT_TENANT, onQuota }))
    const cards = cardsOf(env, app, appSecret)
    const onPlain = logged(log, `dingtalk:${MAIN}`, 'a card or picture was not shown, only its words')
    const illustrated = (words: Channel) => createIllustratedChannel({ words, app, robotCode, cards, onPlain })
    const inGroup = createLadderChannel({ name: `dingtalk:${MAIN}`, rungs: [bySession, byWebhook, byApp] })
    channels.push(illustrated(inGroup), illustrated(inPrivate))
    if (cards !== null && cards.callback !== 'stream')
      adapters.push(
        createDingtalkCardCallback({
          tenantId: DEFAULT_TENANT,
          channelId: 'card',
          apiSecret: cardApiSecret(appSecret),
          seal: cards.seal,
          now,
        }),
      )
    if (env.DINGTALK_STREAM === 'on')
      listeners.push(
        createDingtalkStream({
          tenantId: DEFAULT_TENANT,
          channelId: 'stream',
          appKey,
          appSecret,
          robotCode,
          fetch,
          timing,
          sessions,
          ...given('seal', cards?.seal),
          answers: createLadderChannel({ name: `dingtalk-answers:${MAIN}`, rungs: [bySession, inPrivate, byApp] }),
          onQuota,
          onUnused: (type) => options.onUnused('dingtalk:stream', type),
          onUnanswered: logged(log, 'dingtalk:stream', 'an answer was not said'),
          ...base,
        }),
      )
  }
  // After the ladder, which goes before it: under its own name something may still be waiting in the outbox.
  if (robots.length > 0) channels.push(byWebhook)
  return { adapters, listeners, served: channels.map((channel) => ({ adapter: 'dingtalk', channel })) }
}
