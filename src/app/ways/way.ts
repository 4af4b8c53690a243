import type { Kysely } from 'kysely'
import type { Channel, Listener, Timing, WebhookAdapter } from '../../adapters/adapter.ts'
import type { Fetch } from '../../adapters/http-client.ts'
import { createLadderChannel } from '../../adapters/ladder-channel.ts'
import type { Clock } from '../../domain/message.ts'
import type { Env } from '../../env.ts'
import type { Logger } from '../../log.ts'
import type { Tables } from '../../store/tables.ts'

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
  /** The store, once it is open: what a way keeps there is kept and found only while messages come and go. */
  db: Promise<Kysely<Tables>>
  onQuota(notice: { channelId: string; errMsg: string }): void
  /** A proven event of a type that is of no use here; `type` as the platform names it. */
  onUnused(channel: string, type: string): void
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

/**
 * The ways out of one platform, best first, as one: `name` stays while rungs come and go. Each rung keeps its own name
 * beside it, under which something may still be waiting in the outbox.
 */
export function servedByLadder(adapter: string, rungs: readonly Channel[], log: Logger): Way['served'] {
  if (rungs.length === 0) return []
  const ladder = createLadderChannel({
    name: `${adapter}:${MAIN}`,
    rungs,
    onStepDown: ({ from, to, code, hint }) =>
      log.warn({ channel: from, to, code, hint }, 'a way out failed for good; the next one is tried'),
  })
  return [ladder, ...rungs].map((channel) => ({ adapter, channel }))
}

/** Logs what could not be said; neither text nor secret is in it. */
export const logged =
  (log: Logger, channel: string, what: string) =>
  ({ code, hint }: { code: string; hint: string }): void =>
    log.warn({ channel, code, hint }, what)
