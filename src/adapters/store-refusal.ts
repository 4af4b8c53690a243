import type { Delivery, Ears, Receipt } from './adapter.ts'

/**
 * `ears.deliver` for a channel that keeps on listening while the store refuses: the operator is told once when it
 * begins and once when it has passed; the refusal itself is passed on. `then` says what the platform does meanwhile.
 */
export function tellingOfRefusal(ears: Ears, then: string): (delivery: Delivery) => Promise<readonly Receipt[]> {
  let refuses = false
  return async (delivery) => {
    try {
      const receipts = await ears.deliver(delivery)
      if (refuses) ears.tell({ kind: 'up' })
      refuses = false
      return receipts
    } catch (error) {
      if (!refuses)
        ears.tell({ kind: 'down', code: 'STORE_REFUSED', hint: `消息暂时存不进数据库,${then};请查看数据库是否正常` })
      refuses = true
      throw error
    }
  }
}
