/**
 * Facts of DingTalk, each with the number of its official page in the documentation of 2026-08-22 ("API/…" server API,
 * "EVT/…" events). Where a fact is marked practice, the documentation is silent.
 */

/** API/0714, API/0033; private deployments have a base of their own. */
export const DINGTALK_BASE_URL = 'https://api.dingtalk.com'

/** API/0717: webhook robots and the older half of the server API. */
export const DINGTALK_OAPI_URL = 'https://oapi.dingtalk.com'

/** API/1433: 20 calls a second for each app and endpoint. */
export const API_INTERVAL_MS = 55
/** API/0717: 20 in a minute for each robot, and 10 minutes of silence beyond: 5 at once and one every 4 s stay below. */
export const WEBHOOK_BURST = 5
export const WEBHOOK_REFILL_MS = 4_000
/** Practice: webhook-style bodies above 20,000 bytes are refused. Leaves room for what escapes and line ends add. */
export const MAX_WEBHOOK_BYTES = 10_000
/** API/0717 */
export const MAX_AT_USERS = 50

/** API/0718: a callback whose `timestamp` is further from now is refused. */
export const CALLBACK_WINDOW_MS = 3_600_000
/** EVT/0004: the organisation's quota of calls is used up; the callback carries no message. */
export const QUOTA_ERROR = 20001

/** API/0716: `msgParam`, the JSON text itself, bytes of UTF-8. */
export const MAX_MSG_PARAM_BYTES = 15_000
/** Leaves room for the title, JSON escapes and DingTalk's line ends, which make a line break four bytes. Ours. */
export const MAX_PRIVATE_BYTES = 10_000
/** API/0013 (the numbers), practice (the words): the access token is at fault. Compared in lower case. */
export const TOKEN_REFUSED: ReadonlySet<string> = new Set(['invalidauthentication', '40014', '42001', '88'])

/** Marks a member known only by `senderOpenDingTalkId` (dws), which no API of the robot takes. Ours. */
export const OPEN_ID_PREFIX = 'open:'
