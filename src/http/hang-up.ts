const HANG_UPS = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'ECONNABORTED', 'EPIPE'])

/** True for what a client does to its connection: it leaves, or breaks off in the middle of a request. No fault of ours. */
export function isHangUp(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return HANG_UPS.has(code) || code.startsWith('HPE_')
}
