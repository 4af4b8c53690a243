import { readFileSync } from 'node:fs'
import type { Channel, Listener, WebhookAdapter } from '../../adapters/adapter.ts'
import { appAlertOf } from '../../adapters/wecom/app-alerts.ts'
import { type AppPress, createWecomAppCallback } from '../../adapters/wecom/app-callback.ts'
import { createWecomAppChannel } from '../../adapters/wecom/app-channel.ts'
import { createWecomAppchatChannel } from '../../adapters/wecom/appchat-channel.ts'
import { createWecomArchive, type WecomArchive } from '../../adapters/wecom/archive/archive.ts'
import { createArchiveNames } from '../../adapters/wecom/archive/names.ts'
import { readArchiveKeys } from '../../adapters/wecom/archive/private-keys.ts'
import { createWecomBot } from '../../adapters/wecom/bot.ts'
import { createWecomCardUpdate } from '../../adapters/wecom/card-update.ts'
import { createWecomLongConnection } from '../../adapters/wecom/long-connection.ts'
import { createWecomWebhookChannel } from '../../adapters/wecom/webhook-channel.ts'
import { createWecomApp } from '../../adapters/wecom/wecom-app.ts'
import { DEFAULT_TENANT, given, logged, MAIN, servedByLadder, type Way, type WaysOptions } from './way.ts'

/** The archive of conversations, which hears everything. */
function archive({ env, timing, now, fetch, signal }: WaysOptions): WecomArchive[] {
  const { WECOM_CORP_ID: corpId, WECOM_ARCHIVE_SECRET: secret, WECOM_ARCHIVE_LIBRARY: library } = env
  if (!corpId || !secret || !library || !env.WECOM_ARCHIVE_KEYS) return []
  const common = { corpId, fetch, now, ...given('baseUrl', env.WECOM_API_BASE) }
  const { WECOM_APP_SECRET: appSecret } = env
  const names = createArchiveNames({
    archive: createWecomApp({ ...common, corpSecret: secret }),
    app: appSecret === undefined ? null : createWecomApp({ ...common, corpSecret: appSecret }),
    now,
    signal,
  })
  return [
    createWecomArchive({
      tenantId: DEFAULT_TENANT,
      channelId: MAIN,
      timing,
      corpId,
      secret,
      library,
      names,
      keys: readArchiveKeys(env.WECOM_ARCHIVE_KEYS, (path) => readFileSync(path, 'utf8')),
      pollMs: env.WECOM_ARCHIVE_POLL_SECONDS * 1000,
      ...given('proxy', env.WECOM_ARCHIVE_PROXY),
      ...given('proxyPassword', env.WECOM_ARCHIVE_PROXY_PASSWORD),
    }),
  ]
}

/** Takes the buttons away from an app's card once one of them is pressed, where the app may speak. */
function cardUpdate({ env, now, fetch, timing, log, signal }: WaysOptions): ((press: AppPress) => void) | undefined {
  const { WECOM_CORP_ID: corpId, WECOM_APP_SECRET: corpSecret, WECOM_AGENT_ID: agentId } = env
  if (!corpId || !corpSecret || agentId === undefined) return undefined
  const update = createWecomCardUpdate({
    corpId,
    corpSecret,
    agentId,
    fetch,
    now,
    timing,
    signal,
    ...given('baseUrl', env.WECOM_API_BASE),
    onFailed: logged(log, `wecom-app:${MAIN}`, 'a pressed card keeps its buttons'),
  })
  return (press) => void update(press)
}

/** What the environment configures of WeCom. */
export function wecomWays(options: WaysOptions): Way {
  const { env, now, fetch, random, timing, newId, log } = options
  const adapters: WebhookAdapter[] = []
  const channels: Channel[] = []
  const archives = archive(options)
  const listeners: Listener[] = [...archives]
  const common = { channelId: MAIN, fetch, now, ...given('baseUrl', env.WECOM_API_BASE) }
  const pictures = (channel: string) => ({
    onPictureLost: logged(log, `${channel}:${MAIN}`, 'a picture was not shown beside its words'),
  })
  if (env.WECOM_BOT_TOKEN !== undefined && env.WECOM_BOT_AES_KEY !== undefined)
    adapters.push(
      createWecomBot({
        tenantId: DEFAULT_TENANT,
        channelId: MAIN,
        token: env.WECOM_BOT_TOKEN,
        encodingAesKey: env.WECOM_BOT_AES_KEY,
        ...given('botName', env.WECOM_BOT_NAME),
        now,
        random,
      }),
    )
  if (env.WECOM_CORP_ID !== undefined && env.WECOM_APP_TOKEN !== undefined && env.WECOM_APP_AES_KEY !== undefined)
    adapters.push(
      createWecomAppCallback({
        tenantId: DEFAULT_TENANT,
        channelId: 'app',
        corpId: env.WECOM_CORP_ID,
        token: env.WECOM_APP_TOKEN,
        encodingAesKey: env.WECOM_APP_AES_KEY,
        now,
        random,
        ...given('onPressed', cardUpdate(options)),
        onUnused: (event) => {
          const alert = appAlertOf(event)
          if (alert !== null) log.error({ channel: 'wecom:app', ...alert }, 'the platform switches the app off')
          options.onUnused('wecom:app', event)
        },
        onArchiveNotice: () => {
          for (const one of archives) one.wake()
        },
      }),
    )
  // The rungs, best first: to a group its webhook, the app's own chat, the bot; to a member the app, the bot.
  if (env.WECOM_WEBHOOKS)
    channels.push(createWecomWebhookChannel({ ...common, ...pictures('wecom-webhook'), keys: env.WECOM_WEBHOOKS }))
  if (env.WECOM_CORP_ID !== undefined && env.WECOM_APP_SECRET !== undefined && env.WECOM_AGENT_ID !== undefined) {
    const app = { ...common, corpId: env.WECOM_CORP_ID, corpSecret: env.WECOM_APP_SECRET }
    if (env.WECOM_APPCHATS)
      channels.push(createWecomAppchatChannel({ ...app, ...pictures('wecom-appchat'), chats: env.WECOM_APPCHATS }))
    const cards = env.WECOM_APP_TOKEN !== undefined && env.WECOM_APP_AES_KEY !== undefined
    channels.push(createWecomAppChannel({ ...app, ...pictures('wecom-app'), agentId: env.WECOM_AGENT_ID, cards }))
  }
  // Last: it speaks only where somebody has talked to it.
  if (env.WECOM_BOT_ID !== undefined && env.WECOM_BOT_SECRET !== undefined) {
    const { listener, channel } = createWecomLongConnection({
      tenantId: DEFAULT_TENANT,
      channelId: MAIN,
      botId: env.WECOM_BOT_ID,
      secret: env.WECOM_BOT_SECRET,
      ...given('botName', env.WECOM_BOT_NAME),
      ...given('url', env.WECOM_BOT_SOCKET_URL),
      onUnsaid: logged(log, `wecom-bot:${MAIN}`, 'an answer was not said'),
      timing,
      newId,
    })
    listeners.push(listener)
    channels.push(channel)
  }
  return { adapters, listeners, served: servedByLadder('wecom', channels, log) }
}
