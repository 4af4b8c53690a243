import type { Channel, Listener, WebhookAdapter } from '../../adapters/adapter.ts'
import { createFeishuAnswers } from '../../adapters/feishu/answers.ts'
import { createFeishuApi } from '../../adapters/feishu/api.ts'
import { createFeishuAppChannel, createFeishuSender } from '../../adapters/feishu/app-channel.ts'
import { createBotIdentity } from '../../adapters/feishu/bot-identity.ts'
import { createFeishuCallback } from '../../adapters/feishu/callback.ts'
import { createDirectory } from '../../adapters/feishu/directory.ts'
import { createBackfill } from '../../adapters/feishu/history.ts'
import { createFeishuConnection } from '../../adapters/feishu/long-connection.ts'
import { createFeishuWebhookChannel } from '../../adapters/feishu/webhook-channel.ts'
import { openSocket } from '../../adapters/open-socket.ts'
import { createPressSeal } from '../../adapters/press-seal.ts'
import { DEFAULT_TENANT, given, logged, MAIN, servedByLadder, type Way, type WaysOptions } from './way.ts'

/** What the environment configures of Feishu. */
export function feishuWays({ env, now, fetch, timing, log, signal, onUnused }: WaysOptions): Way {
  const base = given('baseUrl', env.FEISHU_API_BASE)
  const adapters: WebhookAdapter[] = []
  const listeners: Listener[] = []
  const channels: Channel[] = []
  if (env.FEISHU_WEBHOOKS)
    channels.push(createFeishuWebhookChannel({ channelId: MAIN, hooks: env.FEISHU_WEBHOOKS, fetch, now, ...base }))
  const { FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret, FEISHU_HEARS: hears } = env
  const served = () => servedByLadder('feishu', channels, log)
  if (appId === undefined || appSecret === undefined) return { adapters, listeners, served: served() }

  const api = createFeishuApi({ appId, appSecret, fetch, now, ...base })
  const send = createFeishuSender({ api, now })
  const seal = createPressSeal(appSecret)
  const answer = createFeishuAnswers({
    send,
    timing,
    signal,
    onFailure: logged(log, `feishu:${MAIN}`, 'an answer was not said'),
  })
  const reading = {
    tenantId: DEFAULT_TENANT,
    channelId: MAIN,
    botOpenId: createBotIdentity({ api, now }),
    chat: createDirectory({ api, now }),
    seal,
    onUnused: (type: string) => onUnused(`feishu:${MAIN}`, type),
  }
  channels.push(createFeishuAppChannel({ channelId: MAIN, send, seal, api }))
  const { FEISHU_ENCRYPT_KEY: encryptKey, FEISHU_VERIFICATION_TOKEN: verificationToken } = env
  if (encryptKey !== undefined || verificationToken !== undefined)
    adapters.push(
      createFeishuCallback({
        reading,
        appId,
        hears,
        answer,
        ...given('encryptKey', encryptKey),
        ...given('verificationToken', verificationToken),
      }),
    )
  if (env.FEISHU_CONNECTION === 'on')
    listeners.push(
      createFeishuConnection({
        reading,
        appId,
        appSecret,
        fetch,
        timing,
        openSocket,
        hears,
        answer,
        backfill: hears === 'all' ? createBackfill({ api, reading, timing, answer }) : null,
        ...base,
      }),
    )
  return { adapters, listeners, served: served() }
}
