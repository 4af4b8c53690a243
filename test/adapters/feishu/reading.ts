import type { Reading } from '../../../src/adapters/feishu/message.ts'
import { BOT_OPEN_ID } from '../../platforms/feishu-wire.ts'

/** A reading that knows the bot and nothing else. */
export const readingOf = (changes: Partial<Reading> = {}): Reading => ({
  tenantId: 'default',
  channelId: 'main',
  botOpenId: () => BOT_OPEN_ID,
  chat: () => undefined,
  ...changes,
})
