import type { Clock, EpochMs } from '../../domain/message.ts'
import type { SendResult } from '../../domain/outbound.ts'
import { REPEATABLE_MS } from './constants.ts'

const UNCONFIRMED: SendResult = {
  status: 'uncertain',
  code: 'FEISHU_UNCONFIRMED',
  hint: '飞书在去重期限内一直没有确认,无法确认是否送达',
}

/**
 * Sends under a `uuid`, which the platform drops a second time for an hour: what is uncertain may be tried again for
 * that long, and after it is not.
 */
export function createRepeatable(now: Clock) {
  const unconfirmed = new Map<string, EpochMs>()

  return async function send(uuid: string, attempt: () => Promise<SendResult>): Promise<SendResult> {
    for (const [id, since] of unconfirmed) if (now() - since > 2 * REPEATABLE_MS && id !== uuid) unconfirmed.delete(id)
    const began = now()
    const since = unconfirmed.get(uuid) ?? began
    if (began - since > REPEATABLE_MS) {
      unconfirmed.delete(uuid)
      return UNCONFIRMED
    }
    const result = await attempt()
    if (result.status === 'uncertain') unconfirmed.set(uuid, since)
    else if (result.status !== 'retry') unconfirmed.delete(uuid)
    return result.status === 'uncertain' ? { ...result, status: 'retry' } : result
  }
}
