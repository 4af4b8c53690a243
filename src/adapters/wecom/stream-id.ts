import { createHash } from 'node:crypto'

/** The id of the answer to a message: the same for every delivery of it, so that clients show one answer. */
export const streamIdOf = (messageId: string): string =>
  createHash('sha256').update(messageId).digest('hex').slice(0, 32)
