import type { Channel, Listener, WebhookAdapter } from '../../adapters/adapter.ts'
import { createDingtalkApp } from '../../adapters/dingtalk/dingtalk-app.ts'
import { createDwsListener } from '../../adapters/dingtalk/dws.ts'
import { pipedDws, spawnDws } from '../../adapters/dingtalk/dws-source.ts'
import { createDingtalkGroupChannel } from '../../adapters/dingtalk/group-channel.ts'
import { createDingtalkPrivateChannel } from '../../adapters/dingtalk/private-channel.ts'
import { createDingtalkRobot } from '../../adapters/dingtalk/robot.ts'
import { createSessionBook } from '../../adapters/dingtalk/session-book.ts'
import { createDingtalkSessionChannel } from '../../adapters/dingtalk/session-channel.ts'
import { createDingtalkStream } from '../../adapters/dingtalk/stream.ts'
import { createDingtalkWebhookChannel, readWebhookRobot } from '../../adapters/dingtalk/webhook-channel.ts'
import { createLadderChannel } from '../../adapters/ladder-channel.ts'
import { DEFAULT_TENANT, given, logged, MAIN, type Way, type WaysOptions } from './way.ts'

/** A person's `dws event consume`, which hears everything in that person's groups. */
function dws({ env, timing, log }: WaysOptions): Listener[] {
  const common = {
    tenantId: DEFAULT_TENANT,
    timing,
    ...given('robotName', env.DINGTALK_ROBOT_NAME),
    onUnusable: (code: string) => log.warn({ channel: 'dingtalk-dws', code }, 'a line could not be used'),
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
  if (appKey === undefined || appSecret === undefined || robotCode === undefined) {
    if (robots.length > 0) channels.push(byWebhook)
  } else {
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
    const sessions = createSessionBook({ now, ...given('origins', env.DINGTALK_SESSION_ORIGINS) })
    const bySession = createDingtalkSessionChannel({ channelId: MAIN, sessions, fetch })
    const byApp = createDingtalkGroupChannel({ channelId: MAIN, app, robotCode })
    adapters.push(createDingtalkRobot({ ...credentials, tenantId: DEFAULT_TENANT, onQuota }))
    channels.push(createLadderChannel({ name: `dingtalk:${MAIN}`, rungs: [bySession, byWebhook, byApp] }), inPrivate)
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
          answers: createLadderChannel({ name: `dingtalk-answers:${MAIN}`, rungs: [bySession, inPrivate, byApp] }),
          onQuota,
          onUnusable: (code) => log.warn({ channel: 'dingtalk:stream', code }, 'a frame could not be used'),
          onUnanswered: logged(log, 'dingtalk:stream', 'an answer was not said'),
          ...base,
        }),
      )
  }
  return { adapters, listeners, served: channels.map((channel) => ({ adapter: 'dingtalk', channel })) }
}
