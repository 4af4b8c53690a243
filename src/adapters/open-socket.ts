import { WebSocket } from 'ws'

/** Opens a client socket; frames longer than 1 MiB end it, redirects are not followed. */
export type OpenSocket = (url: string) => WebSocket

export const openSocket: OpenSocket = (url) => new WebSocket(url, { maxPayload: 1 << 20, perMessageDeflate: false })

/** True where a socket ended for a frame longer than that (ws 8, its name for the fault). */
export const wasTooLong = (error: Error): boolean =>
  'code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
