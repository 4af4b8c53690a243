import type { Kysely } from 'kysely'
import type { Channel } from '../adapters/adapter.ts'
import type { Clock, EpochMs } from '../domain/message.ts'
import { audienceOf, type SendResult } from '../domain/outbound.ts'
import {
  type ClaimedEntry,
  claimEntry,
  countPart,
  markUncertain,
  type OutboxRef,
  settleEntry,
} from '../store/outbox.ts'
import { nextInLine, waitInLine } from '../store/outbox-lines.ts'
import type { OutboxState, Tables } from '../store/tables.ts'
import type { OutboxJobs } from './jobs.ts'
import type { Permit } from './permit.ts'
import { createRests } from './rests.ts'
import { splitByBytes } from './split.ts'

const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 10 * 60_000

/** The wait before the next attempt: 5 s, doubling up to 10 minutes, or longer where the platform asks for it. */
export const retryWait = (attempts: number, afterMs = 0): number =>
  Math.max(afterMs, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20)))

const RESTING = {
  code: 'CHANNEL_RESTS',
  hint: '这条通道刚才没有给出明确的回应,稍候再发,以免送不到的越积越多。',
}

/** What became of an entry that the courier was woken for. */
export type Delivery = { ref: OutboxRef; state: OutboxState; channel: string; code?: string }

export interface CourierOptions {
  db: Kysely<Tables>
  jobs: OutboxJobs
  channels: ReadonlyMap<string, Channel>
  now: Clock
  /** Asked right before something is said; without it everything may be said at once. */
  permit?(entry: ClaimedEntry, now: EpochMs): Permit | Promise<Permit>
  onSettled?(delivery: Delivery): void
}

export interface Courier {
  /** Works on one entry. `repeated`: the job ran before and was cut short. Null where there was nothing to do. */
  deliver(ref: OutboxRef, repeated?: boolean): Promise<Delivery | null>
}

/**
 * The one way out. An entry is marked `sending` and committed before its channel is called: if the process dies in
 * between, nobody knows whether it arrived, so it becomes `uncertain` and is never said again. Better a reminder lost
 * than one said twice. What one channel says to one recipient is said in the order in which it was written, whatever
 * node or order the queue wakes it in.
 */
export function createCourier({ db, jobs, channels, now, permit = () => 'now', onSettled }: CourierOptions): Courier {
  const rests = createRests(retryWait)

  async function sendParts(entry: ClaimedEntry, channel: Channel): Promise<SendResult> {
    const message = { groupId: entry.groupId, audience: audienceOf(entry.recipient) }
    // Once a part is out, the others are cut as it was, whatever has been configured since.
    const partBytes = entry.partBytes ?? channel.maxBytesTo?.(message) ?? channel.maxBytes
    const parts = splitByBytes(entry.body, partBytes)
    let result: SendResult = { status: 'sent', receipt: null }
    for (let index = entry.partsSent; index < parts.length; index++) {
      result = await channel.send({
        ...message,
        outboxId: parts.length === 1 ? entry.outboxId : `${entry.outboxId}-${index + 1}`,
        body: parts[index] as string,
        ...(parts.length === 1 ? { card: entry.card, picture: entry.picture } : {}),
      })
      if (result.status !== 'sent') return result
      if (parts.length > 1) await countPart(db, entry, { partsSent: index + 1, partBytes }, now())
    }
    return parts.length === 1 ? result : { status: 'sent', receipt: null }
  }

  /** Lets an entry wait until its moment, and sees to it that it is woken then. */
  async function putBack(
    entry: ClaimedEntry,
    why: { code?: string; hint?: string; notBefore: EpochMs; attempts?: number },
    at: EpochMs,
  ): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await settleEntry(trx, entry, { state: 'queued', ...why }, at)
      await jobs.enqueue(trx, [{ ...entry, notBefore: why.notBefore }])
    })
  }

  async function settle(entry: ClaimedEntry, result: SendResult, at: EpochMs): Promise<Delivery> {
    const delivery = { ref: entry, channel: entry.channel }
    if (result.status === 'sent') {
      await settleEntry(db, entry, { state: 'sent', receipt: result.receipt }, at)
      return { ...delivery, state: 'sent' }
    }
    const { code, hint } = result
    if (result.status !== 'retry') {
      await settleEntry(db, entry, { state: result.status, code, hint }, at)
      return { ...delivery, state: result.status, code }
    }
    const wait = result.paced ? (result.afterMs ?? 0) : retryWait(entry.attempts, result.afterMs)
    // Woken at the latest when it has expired: that is recorded then, and it stands before nobody any more.
    const notBefore = Math.min(at + wait, Math.max(at, entry.expiresAt + 1))
    const attempts = entry.attempts - (result.paced ? 1 : 0)
    await putBack(entry, { code, hint, notBefore, attempts }, at)
    return { ...delivery, state: 'queued', code }
  }

  /** `waits`: another one stands before it; whoever settles that one wakes it. */
  async function claimInTurn(ref: OutboxRef): Promise<ClaimedEntry | 'waits' | undefined> {
    const entry = await claimEntry(db, ref, now())
    if (entry || !(await waitInLine(db, ref))) return entry
    // The way may have become free before it was noted that this one waits: then nobody would wake it.
    return (await claimEntry(db, ref, now())) ?? 'waits'
  }

  /** Wakes who waits for what has just been settled. */
  async function wakeNext(ref: OutboxRef): Promise<void> {
    const next = await nextInLine(db, ref, now())
    if (next) await jobs.enqueue(db, [{ ...next, notBefore: now() }])
  }

  async function attempt(ref: OutboxRef, repeated: boolean): Promise<Delivery | null> {
    const entry = await claimInTurn(ref)
    if (entry === 'waits') return null
    if (!entry) {
      const [channel] = repeated ? await markUncertain(db, ref, now()) : []
      return channel === undefined ? null : { ref, channel, state: 'uncertain', code: 'INTERRUPTED' }
    }
    if (now() > entry.expiresAt) {
      await settleEntry(db, ref, { state: 'dropped', code: 'EXPIRED', hint: '已过时效,不再发送。' }, now())
      return { ref, channel: entry.channel, state: 'dropped', code: 'EXPIRED' }
    }
    const permitted = await permit(entry, now())
    if (permitted === 'never') {
      await settleEntry(db, ref, { state: 'dropped', code: 'NOT_ENFORCED', hint: '规则已改为只观察,不再发送。' }, now())
      return { ref, channel: entry.channel, state: 'dropped', code: 'NOT_ENFORCED' }
    }
    if (permitted !== 'now') {
      await putBack(entry, { notBefore: permitted.notBefore }, now())
      return { ref, channel: entry.channel, state: 'queued', code: 'QUIET' }
    }
    const rest = rests.until(entry.channel, now())
    if (rest !== null) {
      await putBack(entry, { ...RESTING, notBefore: rest, attempts: entry.attempts - 1 }, now())
      return { ref, channel: entry.channel, state: 'queued', code: RESTING.code }
    }
    const channel = channels.get(entry.channel)
    const gone: SendResult = {
      status: 'failed',
      code: 'CHANNEL_GONE',
      hint: `通道 ${entry.channel} 已不在配置中,请检查配置。`,
    }
    const delivery = await settle(entry, channel ? await sendParts(entry, channel) : gone, now())
    rests.note(entry.channel, delivery.state, now())
    return delivery
  }

  return {
    deliver: async (ref, repeated = false) => {
      const delivery = await attempt(ref, repeated)
      if (delivery) onSettled?.(delivery)
      await wakeNext(ref)
      return delivery
    },
  }
}
