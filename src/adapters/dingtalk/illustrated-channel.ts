import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import type { Refused } from '../http-client.ts'
import { cardData, type DingtalkCards, deliverCard } from './card-delivery.ts'
import type { DingtalkApp } from './dingtalk-app.ts'
import { showPicture } from './picture.ts'
import { receiptWith } from './recall.ts'

export interface IllustratedChannelOptions {
  /** Says the words: all of them where there is no card, or none can be shown. */
  words: Channel
  app: DingtalkApp
  robotCode: string
  /** Null where no template is configured: buttons are left out. */
  cards: DingtalkCards | null
  /** A card or picture that could not be shown; the words were said. Must not throw. */
  onPlain?: (refused: Refused) => void
}

/** The same way out with buttons and pictures, which only the application can show: in groups its robot is in, and in private. */
export function createIllustratedChannel(options: IllustratedChannelOptions): Channel {
  const { words, app, robotCode, cards, onPlain = () => {} } = options

  async function say(message: Parameters<Channel['send']>[0]): Promise<SendResult> {
    const { card, body, outboxId } = message
    const data = card && cards && words.reaches(message) ? cardData(card, body, message, cards.seal) : null
    if (cards === null || data === null) return words.send(message)
    const result = await deliverCard(app, { robotCode, cards, data, to: message, outTrackId: outboxId })
    if (result.status !== 'failed') return result
    onPlain(result)
    return words.send(message)
  }

  return {
    ...words,
    async send(message) {
      const result = await say(message)
      if (message.picture === undefined || result.status !== 'sent') return result
      const shown = await showPicture(app, robotCode, message, message.picture)
      if (shown.status !== 'sent') {
        onPlain(shown)
        return result
      }
      if (result.receipt === null || shown.receipt === null) return result
      return { ...result, receipt: receiptWith(result.receipt, shown.receipt) }
    },
  }
}
