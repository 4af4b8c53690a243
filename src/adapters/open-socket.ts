import { WebSocket } from 'ws'

/** Opens a client socket; frames longer than 1 MiB end it, redirects are not followed. */
export type OpenSocket = (url: string) => WebSocket

export const openSocket: OpenSocket = (url) => new WebSocket(url, { maxPayload: 1 << 20, perMessageDeflate: false })
