/**
 * Facts of WeCom, each with the number of its official page and the date it was read there or the page bears.
 * Unmarked by the platform's documentation means: taken from practice, kept here so that it is changed in one place.
 */

/** Page 90236 and others; private deployments have a base of their own. */
export const WECOM_BASE_URL = 'https://qyapi.weixin.qq.com'

/** Page 101031 (2026-03): `content` of a stream answer, bytes of UTF-8. */
export const MAX_STREAM_BYTES = 20_480
/** Page 99110 (2025-08): `markdown.content` of a group robot, bytes of UTF-8. */
export const MAX_WEBHOOK_BYTES = 4096
/** Page 90236 (2026-03): `markdown.content` of an app message, bytes of UTF-8. */
export const MAX_APP_BYTES = 2048
/** Page 90241 (2026-03): `Content` of a text answered in the response; WeCom cuts the rest. */
export const MAX_PASSIVE_BYTES = 2048
/** By analogy with an app message (page 90236); page 90248 names no limit, that of private deployments is 2048, too. */
export const MAX_APPCHAT_BYTES = 2048
/**
 * Page 90248 (2026-02): a member gets at most 200 messages a minute from the chats of an app, and the rest is dropped
 * without a word. A bucket of 20 that gains one every 600 ms lets at most 120 of an app pass in any minute.
 */
export const APPCHAT_BURST = 20
export const APPCHAT_REFILL_MS = 600
/** Pages 90236 and 101032 (2025-09), types of the official SDK 1.0.7 (2026): of a card with buttons. */
export const CARD_BUTTONS = 6
export const CARD_KEY_BYTES = 1024
/** The same pages: the characters up to which clients are meant to show a text of a card whole. */
export const CARD_TEXTS = {
  app: { title: 36, body: 160, button: 10 },
  bot: { title: 26, body: 112, button: 10 },
} as const
/** Page 99110 (2025-08): an image of a group robot, bytes before base64. */
export const MAX_WEBHOOK_IMAGE_BYTES = 2 * 1024 * 1024
/** Page 90253 (2026): `media/upload` of an image; the id lives three days, of which we use two and a half. */
export const MAX_MEDIA_IMAGE_BYTES = 10 * 1024 * 1024
export const MEDIA_ID_MS = 60 * 3_600_000
/** Page 90236 (2026-03): the longest `duplicate_check_interval`, seconds: 4 hours. */
export const DUPLICATE_CHECK_SECONDS = 14_400

/**
 * Page 91770 (2025-08): 20 messages a minute and robot. A bucket of 5 that gains one every 4 s lets at most 5 + 15 pass
 * in any 60 s, wherever they begin, while a window of 20 that is reset each minute would let 40 pass.
 */
export const WEBHOOK_BURST = 5
export const WEBHOOK_REFILL_MS = 4000

/** Page 101463 (2026): where a 智能机器人 connects to; only one connection a bot lives at a time. */
export const LONG_CONNECTION_URL = 'wss://openws.work.weixin.qq.com'
/** Page 101463 (2026): the client pings every 30 s; two pings without any sign of life mean a half-open connection. */
export const PING_MS = 30_000
export const MOST_PINGS_UNANSWERED = 2
/** Not documented: how long a handshake with subscription, and an acknowledgement, may take. */
export const SUBSCRIBE_TIMEOUT_MS = 15_000
export const ACKNOWLEDGE_TIMEOUT_MS = 10_000
/** By analogy with `content` of a stream answer (page 101031); page 101463 names no limit for pushes. */
export const MAX_PUSH_BYTES = 20_480

/**
 * Page 101463 (2026): 30 messages a minute and 1,000 an hour and conversation, answers and pushes together. A bucket of
 * 10 that gains one every 4 s lets at most 25 pass in any minute and 910 in any hour.
 */
export const CONVERSATION_BURST = 10
export const CONVERSATION_REFILL_MS = 4000

/** Our tolerance for the timestamp of a callback; page 90238 leaves it to the receiver. */
export const CALLBACK_WINDOW_MS = 10 * 60_000
/** Page 101033 (2026-03): the block that PKCS#7 pads to, and the random bytes before the length. */
export const PAD_BLOCK = 32
export const RANDOM_BYTES = 16

/** Page 101027 (2026-03): events that say nothing worth keeping. */
export const SILENT_EVENTS: ReadonlySet<string> = new Set(['enter_chat', 'feedback_event', 'disconnected_event'])

/** Codes that end an access token before its time: fetch anew, try once more. (official error code page, 2026) */
export const TOKEN_REFUSED: ReadonlySet<number> = new Set([40014, 42001])
