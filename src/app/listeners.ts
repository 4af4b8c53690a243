import type { Kysely } from 'kysely'
import type { Ears, Listener, ListenerNote, Timing } from '../adapters/adapter.ts'
import { CodedError } from '../domain/errors.ts'
import type { Intake } from '../intake/intake.ts'
import { errorFields, type Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { readCursor } from '../store/cursors.ts'
import { releaseLease, takeLease } from '../store/leases.ts'
import type { Tables } from '../store/tables.ts'

/** A node that dies gives its lease up after this long. */
const LEASE_MS = 30_000
const RENEW_MS = 10_000
/** Between two attempts of a listener that gave up. */
const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 300_000

export interface ListeningOptions {
  db: Kysely<Tables>
  intake: Intake
  tenantId: string
  timing: Timing
  /** Names this node among those that share the store. */
  node: string
  log: Logger
  metrics: Metrics
}

/** Runs one listener until the signal aborts; an exclusive one only while this node holds its lease. */
async function keepListening(listener: Listener, options: ListeningOptions, signal: AbortSignal): Promise<void> {
  const { db, intake, tenantId, timing, node, log, metrics } = options
  const channel = `${listener.adapter}:${listener.channelId}`
  const up = (value: 0 | 1) => metrics.listening.set({ channel }, value)
  const tell = (note: ListenerNote): void => {
    if (note.kind === 'gap') {
      metrics.gaps.inc({ channel })
      log.error({ channel, from: new Date(note.from), to: new Date(note.to) }, 'messages of this time were not heard')
      return
    }
    up(note.kind === 'up' ? 1 : 0)
    if (note.kind === 'up') log.info({ channel }, 'listening')
    else log[note.kind === 'alarm' ? 'error' : 'warn']({ channel, code: note.code, hint: note.hint }, 'not listening')
  }
  const ears: Ears = {
    deliver: (delivery) => intake.deliver({ tenantId, channel }, delivery),
    cursor: () => readCursor(db, { tenantId, channel }),
    tell,
  }

  /** Listens for as long as the lease can be renewed. */
  async function underLease(): Promise<void> {
    const name = `listen ${tenantId} ${channel}`
    if (!(await takeLease(db, name, node, LEASE_MS))) return timing.sleep(RENEW_MS, signal)
    const lost = new AbortController()
    const either = AbortSignal.any([signal, lost.signal])
    const renewing = (async () => {
      for (;;) {
        await timing.sleep(RENEW_MS, either)
        if (either.aborted) return
        const held = await takeLease(db, name, node, LEASE_MS).catch(() => false)
        if (!held) lost.abort()
      }
    })()
    try {
      await listener.listen(ears, either)
    } finally {
      lost.abort()
      up(0)
      await renewing
      await releaseLease(db, name, node)
    }
  }

  let wait = FIRST_WAIT_MS
  up(0)
  while (!signal.aborted) {
    const began = timing.now()
    try {
      await (listener.exclusive ? underLease() : listener.listen(ears, signal))
      await timing.sleep(FIRST_WAIT_MS, signal)
    } catch (error) {
      const code = error instanceof CodedError ? error.code : 'UNEXPECTED'
      const hint = error instanceof CodedError ? error.hint : '请查看日志;程序会自己再试。'
      tell({ kind: 'alarm', code, hint })
      if (!(error instanceof CodedError)) log.error({ channel, ...errorFields(error) }, 'a listener failed')
      wait = timing.now() - began > LONGEST_WAIT_MS ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS)
      await timing.sleep(wait * (0.5 + timing.random() / 2), signal)
    }
  }
  up(0)
}

/** Starts all ways in that stay open. The function that is given ends them and resolves when nothing is left open. */
export function startListening(listeners: readonly Listener[], options: ListeningOptions): () => Promise<void> {
  const ending = new AbortController()
  const running = listeners.map((listener) => keepListening(listener, options, ending.signal))
  return async () => {
    ending.abort()
    const ended = await Promise.allSettled(running)
    for (const one of ended)
      if (one.status === 'rejected') options.log.error(errorFields(one.reason), 'a listener did not end cleanly')
  }
}
