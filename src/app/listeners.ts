import type { Kysely } from 'kysely'
import type { Ears, Listener, Timing } from '../adapters/adapter.ts'
import { createBackOff } from '../adapters/back-off.ts'
import { CodedError } from '../domain/errors.ts'
import type { Intake } from '../intake/intake.ts'
import { errorFields, type Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { readCursor } from '../store/cursors.ts'
import { releaseLease, takeLease } from '../store/leases.ts'
import type { Tables } from '../store/tables.ts'
import { holdLease, LEASE_MS } from './listening/hold-lease.ts'
import { createNoteBook } from './listening/note-book.ts'

/** How often a node that waits asks for the lease: so soon it takes over where the holder stops. */
const ASK_MS = 2_000
/** Between two attempts of a listener that gave up. */
const WAITS = { firstMs: 5_000, longestMs: 300_000 }
/** Who listened this long has recovered: the next failure is the first again. */
const RECOVERED_MS = 300_000

export interface ListeningOptions {
  db: Kysely<Tables>
  intake: Pick<Intake, 'deliver'>
  tenantId: string
  timing: Timing
  /** Names this node among those that share the store. */
  node: string
  log: Logger
  metrics: Metrics
}

const UNEXPECTED = { code: 'UNEXPECTED', hint: '请查看日志;程序会自己再试' }

function storeSilent(cause: unknown): never {
  const hint = '连不上数据库,暂时不听这个通道;请检查数据库,程序会自己再试'
  throw new CodedError('STORE_UNREACHABLE', 'the store does not say who may listen', { hint, cause })
}

/** Runs one listener until the signal aborts; an exclusive one only while this node holds its lease. */
async function keepListening(listener: Listener, options: ListeningOptions, signal: AbortSignal): Promise<void> {
  const { db, intake, tenantId, timing, node, log } = options
  const channel = `${listener.adapter}:${listener.channelId}`
  const { tell, silent } = createNoteBook(channel, options)
  const ears: Ears = {
    deliver: (delivery) => intake.deliver({ tenantId, channel }, delivery),
    cursor: () => readCursor(db, { tenantId, channel }),
    tell,
  }
  const name = `listen ${tenantId} ${channel}`
  const lease = {
    take: () => takeLease(db, name, node, LEASE_MS).catch(storeSilent),
    release: () => releaseLease(db, name, node),
  }
  /** False where another node listens. */
  async function listen(): Promise<boolean> {
    if (listener.exclusive) return holdLease(lease, timing, signal, (during) => listener.listen(ears, during))
    await listener.listen(ears, signal)
    return true
  }

  function tellFailure(error: unknown): void {
    const { code, hint } = error instanceof CodedError ? error : UNEXPECTED
    tell({ kind: 'alarm', code, hint })
    if (!(error instanceof CodedError) || error.cause)
      log.error({ channel, ...errorFields(error) }, 'a listener failed')
  }

  const backOff = createBackOff({ ...WAITS, random: timing.random })
  silent()
  while (!signal.aborted) {
    const began = timing.now()
    const wait = await listen().then(
      (listened) => (listened ? WAITS.firstMs : ASK_MS),
      (error: unknown) => {
        tellFailure(error)
        return null
      },
    )
    silent()
    if (timing.now() - began >= RECOVERED_MS) backOff.reset()
    await timing.sleep(wait ?? backOff.next(), signal)
  }
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
