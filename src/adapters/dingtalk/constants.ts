/**
 * Facts of DingTalk, each with the number of its official page in the documentation of 2026-08-22 ("API/…" server API,
 * "EVT/…" events). Where a fact is marked practice, the documentation is silent.
 */

/** API/0714, API/0033; private deployments have a base of their own. */
export const DINGTALK_BASE_URL = 'https://api.dingtalk.com'

/** API/0718: a callback whose `timestamp` is further from now is refused. */
export const CALLBACK_WINDOW_MS = 3_600_000
/** EVT/0004: the organisation's quota of calls is used up; the callback carries no message. */
export const QUOTA_ERROR = 20001

/** API/0716: `msgParam`, the JSON text itself, bytes of UTF-8. */
export const MAX_MSG_PARAM_BYTES = 15_000
/** Leaves room for the title, JSON escapes and DingTalk's line ends, which make a line break four bytes. Ours. */
export const MAX_PRIVATE_BYTES = 10_000
/** Practice: webhook-style bodies above 20,000 bytes are refused. */
export const MAX_ANSWER_BYTES = 10_000

/** API/0013 (the numbers), practice (the words): the access token is at fault. Compared in lower case. */
export const TOKEN_REFUSED: ReadonlySet<string> = new Set(['invalidauthentication', '40014', '42001', '88'])
