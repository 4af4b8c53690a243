/** Takes items one by one and works on them batch by batch. */
export interface Batcher<T, R> {
  /** Resolves once the item's batch is done. */
  add(item: T): Promise<R>
  /** Resolves when nothing is waiting or at work. */
  idle(): Promise<void>
}

interface Waiting<T, R> {
  item: T
  resolve(result: R): void
  reject(reason: unknown): void
}

/**
 * Everything that arrives while a batch is at work forms the next one: no timer, so a lone item never waits and a
 * flood shares its transactions. A batch that fails is tried again item by item, so that one bad item fails alone.
 * `work` gives one result an item, in order.
 */
export function createBatcher<T, R>(
  work: (items: readonly T[]) => Promise<readonly R[]>,
  maxBatch = 500,
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
      if (batch.length === 1) batch[0]?.reject(error)
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
        queue.push({ item, resolve, reject })
        running ??= Promise.resolve().then(run)
      }),
    idle: async () => {
      while (running) await running
    },
  }
}
