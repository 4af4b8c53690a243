import { CodedError } from '../domain/errors.ts'

/** Takes items one by one and works on them batch by batch. */
export interface Batcher<T, R> {
  /** Resolves once the item's batch is done. */
  add(item: T): Promise<R>
  /** Resolves when nothing is waiting or at work. */
  idle(): Promise<void>
}

export interface BatcherOptions {
  isItemsFault?(error: unknown): boolean
  maxBatch?: number
  maxWaiting?: number
}

const BUSY = () =>
  new CodedError('BUSY', '消息太多,暂时收不下', { status: 503, hint: '请稍后重发;如持续出现,请检查数据库是否正常。' })

interface Waiting<T, R> {
  item: T
  resolve(result: R): void
  reject(reason: unknown): void
}

/**
 * Everything that arrives while a batch is at work forms the next one: no timer, so a lone item never waits and a
 * flood shares its transactions. Where `isItemsFault` says that a batch failed for what it held, it is tried again item
 * by item, so that one bad item fails alone; any other failure is everybody's at once. `work` gives one result an item,
 * in order. Beyond `maxWaiting` an item is refused with CodedError BUSY (503).
 */
export function createBatcher<T, R>(
  work: (items: readonly T[]) => Promise<readonly R[]>,
  { isItemsFault = () => true, maxBatch = 500, maxWaiting = 20_000 }: BatcherOptions = {},
): Batcher<T, R> {
  let queue: Waiting<T, R>[] = []
  let running: Promise<void> | null = null

  async function settle(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await work(batch.map((waiting) => waiting.item))
      batch.forEach((waiting, index) => {
        waiting.resolve(results[index] as R)
      })
    } catch (error) {
      if (batch.length === 1 || !isItemsFault(error)) for (const waiting of batch) waiting.reject(error)
      else for (const waiting of batch) await settle([waiting])
    }
  }

  /**
   * Lets the event loop turn until nothing more arrives. The embedded store answers within microtasks, so while a
   * batch is at work no socket is read: without this every batch would hold one item.
   */
  async function gathered(): Promise<void> {
    for (let size = -1; queue.length > size && queue.length < maxBatch; ) {
      size = queue.length
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      await gathered()
      const batch = queue.slice(0, maxBatch)
      queue = queue.slice(maxBatch)
      await settle(batch)
    }
    running = null
  }

  return {
    add: (item) =>
      new Promise<R>((resolve, reject) => {
        if (queue.length >= maxWaiting) return reject(BUSY())
        queue.push({ item, resolve, reject })
        running ??= Promise.resolve().then(run)
      }),
    idle: async () => {
      while (running) await running
    },
  }
}
