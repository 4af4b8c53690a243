import type { ChildProcess } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Delivery, ListenerNote, Timing } from '../../src/adapters/adapter.ts'
import { startArchiveChild } from '../../src/adapters/wecom/archive/start-child.ts'
import { type Seal, sealRecord, wrapKey } from './archive-sdk.ts'
import { createEars, type ListeningEars } from './ears.ts'

/** Seals of one key version: `count` random keys, used in turn. */
export function sealsOf(
  version: number,
  modulusLength: number,
  count: number,
): { privateKey: KeyObject; seals: Seal[] } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })
  const seals = Array.from({ length: count }, (_, index): Seal => {
    const seal = { publicKey, version, randomKey: `random key ${index} of version ${version}` }
    return { ...seal, wrappedKey: wrapKey(seal) }
  })
  return { privateKey, seals }
}

/** The decrypted text of a message that somebody said in a group. */
export const spoken = (msgid: string, content: string, changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    msgid,
    action: 'send',
    from: 'zhangsan',
    tolist: ['lisi'],
    roomid: 'wrROOM1',
    msgtime: 1_700_000_000_000,
    msgtype: 'text',
    text: { content },
    ...changes,
  })

/** Records of messages `M<from>` to `M<to>`, whose `seq` is beyond what a number can hold. */
export function spokenRecords(seals: readonly Seal[], from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const number = from + index
    const seal = seals[number % seals.length]
    if (seal === undefined) throw new Error('a seal is needed')
    const text = spoken(`M${number}`, `第${number}项任务:请周五前报台账`, { msgtime: 1_700_000_000_000 + number })
    return sealRecord(2n ** 60n + BigInt(number), `M${number}`, text, seal)
  })
}

/** Time that runs `factor` times as fast as ours: the processes under test are real ones. */
export function fastTiming(factor: number, epoch = 1_700_000_100_000): Timing {
  const from = performance.now()
  return {
    now: () => epoch + Math.round((performance.now() - from) * factor),
    random: () => 0.5,
    sleep: async (ms, signal) => {
      await wait(Math.min(ms / factor, 2 ** 31 - 1), undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    },
  }
}

/** Ears that can be waited for; `until` resolves when the condition holds. */
export interface PatientEars extends ListeningEars {
  until(condition: () => boolean): Promise<void>
  /** Of all messages that were handed over, repeated ones too. */
  ids(): string[]
}

/** `store` may refuse a delivery, or take its time. */
export function patientEars(store: (delivery: Delivery) => Promise<void> = async () => undefined): PatientEars {
  const ears = createEars()
  const waiting: { condition(): boolean; resolve(): void }[] = []
  const look = (): void => {
    for (const { condition, resolve } of waiting) if (condition()) resolve()
  }
  const { deliver, tell } = ears
  return Object.assign(ears, {
    async deliver(delivery: Delivery) {
      await store(delivery)
      const receipts = await deliver(delivery)
      look()
      return receipts
    },
    tell(note: ListenerNote) {
      tell(note)
      look()
    },
    until: (condition: () => boolean) =>
      new Promise<void>((resolve) => {
        waiting.push({ condition, resolve })
        look()
      }),
    ids: () => ears.deliveries.flatMap(({ messages }) => messages.map(({ messageId }) => messageId)),
  })
}

/** Starts children as the adapter does and remembers them. */
export function rememberedChildren(onStart: (child: ChildProcess, number: number) => void = () => undefined) {
  const children: ChildProcess[] = []
  return {
    children,
    start: (): ChildProcess => {
      const child = startArchiveChild()
      children.push(child)
      onStart(child, children.length)
      return child
    },
  }
}
