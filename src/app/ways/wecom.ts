import { readFileSync } from 'node:fs'
import type { Channel, Listener, WebhookAdapter } from '../../adapters/adapter.ts'
import { createWecomAppCallback } from '../../adapters/wecom/app-callback.ts'
import { createWecomAppChannel } from '../../adapters/wecom/app-channel.ts'
import { createWecomAppchatChannel } from '../../adapters/wecom/appchat-channel.ts'
import { createWecomArchive, type WecomArchive } from '../../adapters/wecom/archive/archive.ts'
import { readArchiveKeys } from '../../adapters/wecom/archive/private-keys.ts'
import { createWecomBot } from '../../adapters/wecom/bot.ts'
import { createWecomLongConnection } from '../../adapters/wecom/long-connection.ts'
import { createWecomWebhookChannel } from '../../adapters/wecom/webhook-channel.ts'
import { DEFAULT_TENANT, given, logged, MAIN, type Way, type WaysOptions } from './way.ts'

/** The archive of conversations, which hears everything. */
function archive({ env, timing }: WaysOptions): WecomArchive[] {
  const { WECOM_CORP_ID: corpId, WECOM_ARCHIVE_SECRET: secret, WECOM_ARCHIVE_LIBRARY: library } = env
  if (!corpId || !secret || !library || !env.WECOM_ARCHIVE_KEYS) return []
  return [
    createWecomArchive({
      tenantId: DEFAULT_TENANT,
      channelId: MAIN,
      timing,
      corpId,
      secret,
      library,
      keys: readArchiveKeys(env.WECOM_ARCHIVE_KEYS, (path) => readFileSync(path, 'utf8')),
      pollMs: env.WECOM_ARCHIVE_POLL_SECONDS * 1000,
      ...given('proxy', env.WECOM_ARCHIVE_PROXY),
      ...given('proxyPassword', env.WECOM_ARCHIVE_PROXY_PASSWORD),
    }),
  ]
}

/** What the environment configures of WeCom. */
export function wecomWays(options: WaysOptions): Way {
  const { env, now, fetch, random, timing, newId, log } = options
  const adapters: WebhookAdapter[] = []
  const channels: Channel[] = []
  const archives = archive(options)
  const listeners: Listener[] = [...archives]
  const common = { channelId: MAIN, fetch, now, ...given('baseUrl', env.WECOM_API_BASE) }
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
        onArchiveNotice: () => {
          for (const one of archives) one.wake()
        },
      }),
    )
  // The webhook comes before the app's own chat: it wins where a group has both.
  if (env.WECOM_WEBHOOKS) channels.push(createWecomWebhookChannel({ ...common, keys: env.WECOM_WEBHOOKS }))
  if (env.WECOM_CORP_ID !== undefined && env.WECOM_APP_SECRET !== undefined && env.WECOM_AGENT_ID !== undefined) {
    const app = { ...common, corpId: env.WECOM_CORP_ID, corpSecret: env.WECOM_APP_SECRET }
    if (env.WECOM_APPCHATS) channels.push(createWecomAppchatChannel({ ...app, chats: env.WECOM_APPCHATS }))
    channels.push(createWecomAppChannel({ ...app, agentId: env.WECOM_AGENT_ID }))
  }
  // Last: to members the app speaks first.
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
  return { adapters, listeners, served: channels.map((channel) => ({ adapter: 'wecom', channel })) }
}
