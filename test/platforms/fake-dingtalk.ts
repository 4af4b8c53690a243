import { createHmac } from 'node:crypto'
import { formFields } from './form-fields.ts'
import { type FakeAnswer, json, type Loopback, type NextAnswer, type SeenRequest, startLoopback } from './loopback.ts'

export interface DingtalkSent {
  /** Persons; or a group, a robot's access token, a session. */
  to: string[]
  title: string
  text: string
  body: Record<string, unknown>
}

export interface FakeDingtalk extends Loopback {
  /** Every request, refused ones too. */
  seen: SeenRequest[]
  sent: DingtalkSent[]
  /** Items by their id, as last changed. */
  todos: Map<string, Record<string, unknown>>
  /** Cards by their outTrackId, as they were delivered. */
  cards: Map<string, Record<string, unknown>>
  /** Pictures by their media id. */
  media: Map<string, Buffer>
  /** What was shown: media id and who saw it. */
  shown: { to: string; photoURL: string }[]
  /** Addresses of card callbacks by their key. */
  routes: Map<string, Record<string, unknown>>
  recalled: string[]
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
  /** Access token of a custom robot → its signing secret, empty where it has none. */
  robots?: Readonly<Record<string, string>>
  /** Groups that the app's robot is in. */
  groups?: readonly string[]
  /** Templates of cards that are published. */
  templates?: readonly string[]
  /** Sessions that are good. */
  sessions?: readonly string[]
  now?: () => number
}

/**
 * The server API of DingTalk as far as we call it: accessToken, oToMessages/batchSend, groupMessages/send (API/0033,
 * API/0714, API/0716), and the webhooks robot/send and robot/sendBySession (API/0717, API/0718).
 */
export async function startFakeDingtalk(options: FakeDingtalkOptions = {}): Promise<FakeDingtalk> {
  const { appKey = 'ding-key', appSecret = 'ding-secret', robotCode = 'ding1fdabddc' } = options
  const { invalidStaff = [], flowControlledStaff = [] } = options
  const { templates = [], robots = {}, groups = ['cidgroup1'], sessions = ['c610'], now = () => 0 } = options
  const queued: NextAnswer[] = []
  const heard = new Set<unknown>()
  const sentAt = new Map<string, number[]>()
  let token: string | null = null

  function handle(request: SeenRequest): FakeAnswer {
    fake.seen.push(request)
    const prepared = queued.shift()
    if (typeof prepared === 'function') return prepared(obey(request))
    return prepared ?? obey(request)
  }

  function obey(request: SeenRequest): FakeAnswer {
    if (request.path === '/media/upload') return upload(request)
    const body: Record<string, unknown> = JSON.parse(request.body)
    const todo = /^\/v1\.0\/todo\/users\/([^/]+)\/tasks(?:\/([^/]+))?$/.exec(request.path)
    if (todo) return obeyTodo(request, body, decodeURIComponent(todo[1] ?? ''), todo[2])
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
        if (body.msgKey === 'sampleImageMsg') return show(String((body.userIds as string[])[0]), body)
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
      case 'POST /v1.0/robot/groupMessages/send': {
        if (token === null || request.headers['x-acs-dingtalk-access-token'] !== token) {
          return problem('InvalidAuthentication', 401)
        }
        if (body.robotCode !== robotCode) return problem('invalidParameter.robotCode.auth')
        if (!groups.includes(String(body.openConversationId))) return problem('invalid.openConversationId')
        if (body.msgKey === 'sampleImageMsg') return show(String(body.openConversationId), body)
        if (body.msgKey !== 'sampleMarkdown') return problem('invalidParameter.msgKey.invalid')
        if (Buffer.byteLength(String(body.msgParam)) > 15_000) return problem('invalidParameter.msgParam.tooLong')
        const { title, text }: { title: string; text: string } = JSON.parse(String(body.msgParam))
        fake.sent.push({ to: [String(body.openConversationId)], title, text, body })
        return json({ processQueryKey: `key-${fake.sent.length}` })
      }
      case 'POST /v1.0/card/instances/createAndDeliver': {
        if (token === null || request.headers['x-acs-dingtalk-access-token'] !== token) {
          return problem('InvalidAuthentication', 401)
        }
        return deliver(body)
      }
      case 'POST /v1.0/card/callbacks/register': {
        if (token === null || request.headers['x-acs-dingtalk-access-token'] !== token) {
          return problem('InvalidAuthentication', 401)
        }
        fake.routes.set(String(body.callbackRouteKey), body)
        return json({ success: true, result: { callbackUrl: body.callbackUrl, apiSecret: body.apiSecret } })
      }
      case 'POST /v1.0/robot/groupMessages/recall':
      case 'POST /v1.0/robot/otoMessages/batchRecall': {
        const keys = body.processQueryKeys as string[]
        const known = keys.filter((key) => key.startsWith('key-'))
        if (request.path.includes('/group') && !groups.includes(String(body.openConversationId))) {
          return problem('invalid.openConversationId')
        }
        fake.recalled.push(...known)
        const failed = keys.filter((key) => !known.includes(key)).map((key) => [key, 'unknown'])
        return json({ successResult: known, failedResult: Object.fromEntries(failed) })
      }
      case 'POST /topapi/v2/user/get': {
        if (token === null || request.query.get('access_token') !== token) return oapi(40014, 'invalid access_token')
        const userid = String(body.userid)
        if (invalidStaff.includes(userid)) return oapi(60121, 'user not found')
        return json({ errcode: 0, errmsg: 'ok', result: { userid, unionid: `union/${userid}` } })
      }
      case 'POST /robot/send': {
        const robot = request.query.get('access_token') ?? ''
        const secret = robots[robot]
        if (secret === undefined) return oapi(300001, 'token is not exist')
        const timestamp = request.query.get('timestamp') ?? ''
        if (secret !== '') {
          if (Math.abs(now() - Number(timestamp)) > 3_600_000) return oapi(310000, 'invalid timestamp')
          const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')
          if (request.query.get('sign') !== sign) return oapi(310000, 'sign not match')
        }
        const recent = (sentAt.get(robot) ?? []).filter((at) => now() - at < 60_000)
        if (recent.length >= 20) return oapi(130101, 'send too fast, exceed 20 times per minute')
        sentAt.set(robot, [...recent, now()])
        if (!heard.has(body.msgUuid)) post(robot, body)
        if (body.msgUuid !== undefined) heard.add(body.msgUuid)
        return oapi(0, 'ok')
      }
      case 'POST /robot/sendBySession': {
        const session = request.query.get('session') ?? ''
        if (!sessions.includes(session)) return oapi(300001, 'session 不存在')
        post(session, body)
        return oapi(0, 'ok')
      }
      default:
        return { status: 404, type: 'text/html', body: '<html>404</html>' }
    }
  }

  /** API/0646 */
  function upload(request: SeenRequest): FakeAnswer {
    if (token === null || request.query.get('access_token') !== token) return oapi(40014, 'invalid access_token')
    const media = formFields(request).get('media')
    if (request.query.get('type') !== 'image' || !media?.filename) return oapi(40035, 'invalid media')
    const id = `@lAL${fake.media.size + 1}`
    fake.media.set(id, media.value)
    return json({ errcode: 0, errmsg: 'ok', media_id: id, type: 'image', created_at: 1605863153573 })
  }

  function show(to: string, body: Record<string, unknown>): FakeAnswer {
    const { photoURL }: { photoURL: string } = JSON.parse(String(body.msgParam))
    fake.shown.push({ to, photoURL })
    return json({ processQueryKey: `key-picture-${fake.shown.length}` })
  }

  /** API/0783 */
  function deliver(body: Record<string, unknown>): FakeAnswer {
    if (!templates.includes(String(body.cardTemplateId))) return problem('param.templateNotExist')
    if (body.callbackType === 'HTTP' && !fake.routes.has(String(body.callbackRouteKey))) return problem('param.invalid')
    const id = String(body.outTrackId)
    if (fake.cards.has(id)) return problem('param.cardAlreadyExist')
    const { cardParamMap } = body.cardData as { cardParamMap: Record<string, unknown> }
    const fits = Object.entries(cardParamMap).every(
      ([key, value]) => Buffer.byteLength(key) <= 100 && typeof value === 'string' && Buffer.byteLength(value) <= 1024,
    )
    if (!fits) return problem('param.invalid')
    const [, kind = '', to = ''] = /^dtv1\.card\/\/(IM_GROUP|IM_ROBOT)\.(.+)$/.exec(String(body.openSpaceId)) ?? []
    if (kind === 'IM_GROUP' && !groups.includes(to)) return problem('param.spaceNotExist')
    fake.cards.set(id, body)
    const carrierId = `key-card-${fake.cards.size}`
    const deliverResults = [{ spaceId: to, spaceType: kind, success: true, carrierId, errorMsg: '' }]
    return json({ success: true, result: { outTrackId: id, deliverResults } })
  }

  /** API/0793, API/0796 */
  function obeyTodo(request: SeenRequest, body: Record<string, unknown>, owner: string, id?: string): FakeAnswer {
    if (token === null || request.headers['x-acs-dingtalk-access-token'] !== token) {
      return problem('InvalidAuthentication', 401)
    }
    if (request.query.get('operatorId') !== owner) return problem('todo.taskCreate.paramError')
    if (id !== undefined && request.method === 'PUT') {
      const known = fake.todos.get(id)
      if (known === undefined) return problem('todo.taskUpdate.paramError')
      fake.todos.set(id, { ...known, ...body })
      return json({ result: true, requestId: 'r' })
    }
    if (body.creatorId !== owner || body.detailUrl === undefined) return problem('todo.taskCreate.paramError')
    if ([...fake.todos.values()].some(({ sourceId }) => sourceId === body.sourceId)) {
      return json({ code: 'todo.taskCreate.paramError', message: 'task exist', requestid: 'A1B2' }, 400)
    }
    const added = `task-${fake.todos.size + 1}`
    fake.todos.set(added, body)
    return json({ id: added, requestId: 'r' })
  }

  function post(to: string, body: Record<string, unknown>): void {
    const { title, text } = body.markdown as { title: string; text: string }
    fake.sent.push({ to: [to], title, text, body })
  }

  const server = await startLoopback(handle)
  const fake: FakeDingtalk = {
    ...server,
    seen: [],
    sent: [],
    todos: new Map(),
    cards: new Map(),
    media: new Map(),
    shown: [],
    routes: new Map(),
    recalled: [],
    tokensIssued: 0,
    expireToken() {
      token = null
    },
    next: (...answers) => void queued.push(...answers),
  }
  return fake
}

/** An answer of the older half of the API: HTTP 200, whatever it says. */
export const oapi = (errcode: number | string, errmsg: string): FakeAnswer => json({ errcode, errmsg })

/** An error as DingTalk answers it: HTTP 4xx or 5xx with a code. */
export const problem = (code: string, status = 400): FakeAnswer =>
  json({ code, message: code, requestid: 'A1B2' }, status)
