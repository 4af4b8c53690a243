import type { Channel } from '../adapter.ts'

/**
 * The way out of the sandbox: its pages read the outbox itself, so what is handed over has arrived.
 * It reaches everybody, as no real platform does.
 */
export const createSandboxChannel = (channelId: string): Channel => ({
  name: `sandbox:${channelId}`,
  maxBytes: 20_480,
  reaches: () => true,
  send: async ({ outboxId }) => ({ status: 'sent', receipt: outboxId }),
  // They show as withdrawn what was taken back.
  recall: async (receipt) => ({ status: 'sent', receipt }),
})
