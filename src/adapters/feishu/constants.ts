/**
 * Facts of Feishu, each with the file of its official documentation (crawl of open.feishu.cn of 2026-05-24). "SDK" is
 * @larksuiteoapi/node-sdk 1.74.0, whose behaviour stands in where the documentation is silent.
 */

/** Lark has open.larksuite.com, private deployments a base of their own. */
export const FEISHU_BASE_URL = 'https://open.feishu.cn'

/** im-v1/message/create.md: the body of a card or post message, bytes. */
export const MAX_REQUEST_BYTES = 30_000
/** Leaves room for the escapes of JSON inside JSON. Ours. */
export const MAX_MESSAGE_BYTES = 12_000
/** im-v1/message/create.md: the longest `uuid`; the platform drops a repetition of one for an hour. */
export const MAX_UUID = 50
/** Less than that hour: an attempt may take a while to arrive. */
export const REPEATABLE_MS = 50 * 60_000

/** Custom bot guide: the body of one message, bytes. */
export const MAX_WEBHOOK_REQUEST_BYTES = 20_000
export const MAX_WEBHOOK_BYTES = 8_000

/** im-v1/message/create.md: 5 a second for one group, shared by all its bots, and for one user; one is left to others. */
export const TARGET_INTERVAL_MS = 300
/** uUzN04SN3QjL1cDN.md: 1000 a minute for one app and endpoint. */
export const APP_INTERVAL_MS = 60
/** Custom bot guide: 100 a minute and 5 a second. */
export const WEBHOOK_INTERVAL_MS = 620

/** ugjM14COyUjL4ITN.md: the tenant access token is invalid or has expired. */
export const TOKEN_REFUSED: ReadonlySet<number> = new Set([99991663, 99991664, 99991665, 99991668, 99991677])

/** SDK: parts of a split event are kept this long. */
export const PART_LIFETIME_MS = 10_000
