import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { LEARNERS } from './learners.ts'
import type { Answer, Order, Posted } from './order.ts'

/** A training takes about 700 MB at its height. */
const MOST_WORKERS = 4

const weightOf = ({ learner, training }: Order): number =>
  ((LEARNERS.get(learner)?.weight ?? 1) * (training.length + 200)) / 200

/** One order in a thread of its own. What baselines write to the standard output is dropped. */
async function runOrder(order: Order, onProgress: (share: number) => void): Promise<Answer> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: order, stdout: true })
  worker.stdout.resume()
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  worker.on('message', (posted: Posted) => {
    if (posted.kind === 'progress') onProgress(posted.share)
    else resolve(posted)
  })
  worker.once('error', reject)
  worker.once('exit', () => reject(new Error(`the thread of ${order.learner} ended without an answer`)))
  try {
    return await promise
  } finally {
    await worker.terminate()
  }
}

/**
 * Performs orders, as many at a time as there are cores, the costly ones first; the answers are in the orders' order and
 * depend on nothing but the orders. `onProgress` is told how much of the whole is done, 0 to 1.
 */
export async function runOrders(
  orders: readonly Order[],
  onProgress: (share: number, underway: string[]) => void,
): Promise<Answer[]> {
  const whole = orders.reduce((sum, order) => sum + weightOf(order), 0)
  const shares = new Map<Order, number>()
  const answers = new Map<Order, Answer>()
  const report = (): void => {
    const done = orders.reduce((sum, order) => sum + (shares.get(order) ?? 0) * weightOf(order), 0)
    const underway = orders.filter((order) => shares.has(order) && !answers.has(order))
    onProgress(answers.size === orders.length ? 1 : done / whole, [...new Set(underway.map(({ learner }) => learner))])
  }
  const queue = orders.toSorted((a, b) => weightOf(b) - weightOf(a))
  const work = async (): Promise<void> => {
    for (let order = queue.shift(); order !== undefined; order = queue.shift()) {
      const current = order
      const note = (share: number): void => {
        shares.set(current, share)
        report()
      }
      note(0)
      answers.set(current, await runOrder(current, note))
      note(1)
    }
  }
  const workers = Math.min(availableParallelism(), MOST_WORKERS, orders.length)
  try {
    await Promise.all(Array.from({ length: workers }, work))
  } finally {
    queue.length = 0
  }
  return orders.map((order) => answers.get(order) as Answer)
}
