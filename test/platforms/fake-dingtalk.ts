import { type FakeAnswer, json, type Loopback, type NextAnswer, type SeenRequest, startLoopback } from './loopback.ts'

export interface DingtalkSent {
  to: string[]
  title: string
  text: string
  body: Record<string, unknown>
}

export interface FakeDingtalk extends Loopback {
  /** Every request, refused ones too. */
  seen: SeenRequest[]
  sent: DingtalkSent[]
  tokensIssued: number
  /** Ends the current token before its time. */
  expireToken(): void
  /** Answers the next requests with these, in order: an answer instead of handling one, a function after handling it. */
  next(...answers: NextAnswer[]): void
}

export interface FakeDingtalkOptions {
  appKey?: string
  appSecret?: string
  robotCode?: string
  invalidStaff?: readonly string[]
  flowControlledStaff?: readonly string[]
}

/** The server API of DingTalk as far as we call it: accessToken, oToMessages/batchSend (API/0033, API/0714). */
export async function startFakeDingtalk(options: FakeDingtalkOptions = {}): Promise<FakeDingtalk> {
  const { appKey = 'ding-key', appSecret = 'ding-secret', robotCode = 'ding1fdabddc' } = options
  const { invalidStaff = [], flowControlledStaff = [] } = options
  const queued: NextAnswer[] = []
  let token: string | null = null

  function handle(request: SeenRequest): FakeAnswer {
    fake.seen.push(request)
    const prepared = queued.shift()
    if (typeof prepared === 'function') return prepared(obey(request))
    return prepared ?? obey(request)
  }

  function obey(request: SeenRequest): FakeAnswer {
    const body: Record<string, unknown> = JSON.parse(request.body)
    switch (`${request.method} ${request.path}`) {
      case 'POST /v1.0/oauth2/accessToken': {
        if (body.appKey !== appKey || body.appSecret !== appSecret) return problem('invalidClientIdOrSecret')
        if (token === null) {
          fake.tokensIssued++
          token = `token-${fake.tokensIssued}`
        }
        return json({ accessToken: token, expireIn: 7200 })
      }
      case 'POST /v1.0/robot/oToMessages/batchSend': {
        if (token === null || request.headers['x-acs-dingtalk-access-token'] !== token) {
          return problem('InvalidAuthentication', 401)
        }
        if (body.robotCode !== robotCode) return problem('invalidParameter.robotCode.auth')
        if (body.msgKey !== 'sampleMarkdown') return problem('invalidParameter.msgKey.invalid')
        const param = String(body.msgParam)
        if (Buffer.byteLength(param) > 15_000) return problem('invalidParameter.msgParam.tooLong')
        const { title, text }: { title: string; text: string } = JSON.parse(param)
        const to = body.userIds as string[]
        const invalidStaffIdList = to.filter((id) => invalidStaff.includes(id))
        const flowControlledStaffIdList = to.filter((id) => flowControlledStaff.includes(id))
        const refused = [...invalidStaffIdList, ...flowControlledStaffIdList]
        const reached = to.filter((id) => !refused.includes(id))
        if (reached.length > 0) fake.sent.push({ to: reached, title, text, body })
        return json({ processQueryKey: `key-${fake.sent.length}`, invalidStaffIdList, flowControlledStaffIdList })
      }
      default:
        return { status: 404, type: 'text/html', body: '<html>404</html>' }
    }
  }

  const server = await startLoopback(handle)
  const fake: FakeDingtalk = {
    ...server,
    seen: [],
    sent: [],
    tokensIssued: 0,
    expireToken() {
      token = null
    },
    next: (...answers) => void queued.push(...answers),
  }
  return fake
}

/** An error as DingTalk answers it: HTTP 4xx or 5xx with a code. */
export const problem = (code: string, status = 400): FakeAnswer =>
  json({ code, message: code, requestid: 'A1B2' }, status)
