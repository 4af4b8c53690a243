import type { Channel, Listener, Timing, WebhookAdapter } from '../../adapters/adapter.ts'
import type { Fetch } from '../../adapters/http-client.ts'
import type { Clock } from '../../domain/message.ts'
import type { Env } from '../../env.ts'
import type { Logger } from '../../log.ts'

/** The tenant of a deployment that serves one organisation. */
export const DEFAULT_TENANT = 'default'
/** The id of the one configured instance of an adapter. */
export const MAIN = 'main'

export interface WaysOptions {
  env: Env
  now: Clock
  fetch: Fetch
  timing: Timing
  random(bytes: number): Buffer
  newId(): string
  sandboxSecret: string
  log: Logger
  onQuota(notice: { channelId: string; errMsg: string }): void
  /** Ends what goes on beside a request, when the server stops. */
  signal: AbortSignal
}

/** The ways in and out that one platform's configuration opens. */
export interface Way {
  adapters: WebhookAdapter[]
  listeners: Listener[]
  /** What a channel serves: the groups that an adapter hears. */
  served: { adapter: string; channel: Channel }[]
}

/** `{ [name]: value }`, or nothing where there is no value: options that are left out keep their defaults. */
export const given = <K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } =>
  (value === undefined ? {} : { [name]: value }) as { [key in K]?: V }

/** Logs what could not be said; neither text nor secret is in it. */
export const logged =
  (log: Logger, channel: string, what: string) =>
  ({ code, hint }: { code: string; hint: string }): void =>
    log.warn({ channel, code, hint }, what)
