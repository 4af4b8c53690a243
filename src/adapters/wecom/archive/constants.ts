/**
 * Facts of the WeCom archive (会话内容存档), each with the number of its official page and the date it was read there.
 */

/** Page 91774 (2026-03): the most records one GetChatData gives. */
export const MAX_RECORDS = 1000
/** Page 91774 (2026-03): records are kept for 5 days; what is not pulled by then is gone. */
export const KEPT_MS = 5 * 86_400_000
/** Page 95039 (2026-03): the platform gathers new records for 15 s before it tells of them. */
export const DEFAULT_POLL_MS = 15_000

/** Our limit for one call of the SDK over the network, seconds; it is told to the SDK. */
export const CALL_SECONDS = 30
/** Our limit for any answer of the child process, milliseconds: beyond it the SDK hangs. */
export const DEFAULT_CALL_LIMIT_MS = 60_000

/** Our limits, bytes: one answer of GetChatData, what is decrypted at once, one decrypted record, one protocol line. */
export const MAX_PULL_BYTES = 24 * 1024 * 1024
export const MAX_DECRYPT_BYTES = 4 * 1024 * 1024
export const MAX_RECORD_BYTES = 4 * 1024 * 1024
export const MAX_LINE_BYTES = 64 * 1024 * 1024
