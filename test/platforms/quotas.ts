import { oapi, problem } from './fake-dingtalk.ts'
import { refused } from './fake-feishu.ts'
import { error } from './fake-wecom.ts'
import type { Passing, Quota } from './gate.ts'

const field = (request: Passing, name: string): string => String(JSON.parse(request.body)[name])
const MINUTE = 60_000

/** Pages 91770 and 99110 (a robot), 90236 (a member), 90248 (a member, of all chats of an app). */
export const WECOM_QUOTAS: readonly Quota[] = [
  {
    of: (request) => (request.path === '/cgi-bin/webhook/send' ? `robot ${request.query.get('key')}` : null),
    most: 20,
    withinMs: MINUTE,
    refusal: error(45009, 'api freq out of limit'),
  },
  {
    of: (request) => (request.path === '/cgi-bin/message/send' ? `member ${field(request, 'touser')}` : null),
    most: 30,
    withinMs: MINUTE,
    refusal: error(45009, 'api freq out of limit'),
  },
  {
    of: ({ path }) => (path === '/cgi-bin/appchat/send' ? 'the chats of the app' : null),
    most: 200,
    withinMs: MINUTE,
    refusal: error(45009, 'api freq out of limit'),
  },
]

/** API/0717 (a robot; a session is one, too), API/1433 (an endpoint of an app). */
export const DINGTALK_QUOTAS: readonly Quota[] = [
  {
    of: ({ path, query }) => {
      if (path === '/robot/send') return `robot ${query.get('access_token')}`
      return path === '/robot/sendBySession' ? `session ${query.get('session')}` : null
    },
    most: 20,
    withinMs: MINUTE,
    refusal: oapi(130101, 'send too fast'),
  },
  {
    of: ({ path }) => (path.startsWith('/v1.0/robot/') ? path : null),
    most: 20,
    withinMs: 1000,
    refusal: problem('Forbidden.AccessDenied.QpsLimitForAppkeyAndApi', 403),
  },
]

/** im-v1/message/create.md (a group, a user), custom bot guide (100 a minute and 5 a second). */
export const FEISHU_QUOTAS: readonly Quota[] = [
  {
    of: (request) => (request.path === '/open-apis/im/v1/messages' ? field(request, 'receive_id') : null),
    most: 5,
    withinMs: 1000,
    refusal: refused(230020),
  },
  { of: hook, most: 5, withinMs: 1000, refusal: refused(11232, 200) },
  { of: hook, most: 100, withinMs: MINUTE, refusal: refused(11232, 200) },
]

function hook({ path }: Passing): string | null {
  return path.startsWith('/open-apis/bot/v2/hook/') ? path : null
}

/** What each platform answers to a caller that is too much for it. */
export const BUSY = {
  wecom: () => error(45009, 'api freq out of limit'),
  dingtalk: ({ path }: Passing) =>
    path.startsWith('/robot/')
      ? oapi(130101, 'send too fast, exceed 20 times per minute')
      : problem('Forbidden.AccessDenied.QpsLimitForAppkeyAndApi', 403),
  feishu: ({ path }: Passing) => (path.startsWith('/open-apis/bot/') ? refused(11232, 200) : refused(99991400, 429)),
  bridge: () => ({ status: 429, body: '' }),
} as const
