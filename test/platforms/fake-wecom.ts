import { createWecomForms, webhookContent } from './fake-wecom-forms.ts'
import { type FakeAnswer, json, type Loopback, type NextAnswer, type SeenRequest, startLoopback } from './loopback.ts'

/** What the fake took for delivered, as it would reach people. */
export interface WecomSent {
  kind: 'app' | 'webhook' | 'appchat'
  /** `touser`, the robot's key, or `chatid`. */
  to: string
  content: string
  body: Record<string, unknown>
}

export interface FakeWecom extends Loopback {
  forms: ReturnType<typeof createWecomForms>
  /** Every request, refused ones too. */
  seen: SeenRequest[]
  sent: WecomSent[]
  tokensIssued: number
  /** Ends the current token before its time, as the platform may. */
  expireToken(): void
  /** Answers the next requests with these, in order: an answer instead of handling one, a function after handling it. */
  next(...answers: NextAnswer[]): void
}

export interface FakeWecomOptions {
  corpId?: string
  corpSecret?: string
  agentId?: number
  webhookKeys?: readonly string[]
  /** Of the chats that the app created. */
  chatIds?: readonly string[]
  invalidUsers?: readonly string[]
  unlicensedUsers?: readonly string[]
  /** Archived groups without outside contacts, by their name. */
  rooms?: Readonly<Record<string, string>>
  /** Members whom the app is visible to, by their name. */
  users?: Readonly<Record<string, string>>
  expiresIn?: number
  /** Whether the caller's address is one of the app's 企业可信IP. */
  trusted?: boolean
}

/** The server API of WeCom as far as we call it: gettoken, message/send, appchat/send, webhook/send (pages 90236, 90248, 91770). */
export async function startFakeWecom(options: FakeWecomOptions = {}): Promise<FakeWecom> {
  const { corpId = 'wwcorp', corpSecret = 'app-secret', agentId = 1000002, expiresIn = 7200, trusted = true } = options
  const { webhookKeys = ['webhook-key-0001'], chatIds = ['chat1'], invalidUsers = [], unlicensedUsers = [] } = options
  const { rooms = {}, users = {} } = options
  const queued: NextAnswer[] = []
  const forms = createWecomForms({ agentId })
  let token: string | null = null
  let serial = 0

  const listed = (touser: string, users: readonly string[]) =>
    touser.split('|').filter((user) => users.some((other) => other.toLowerCase() === user.toLowerCase()))

  function handle(request: SeenRequest): FakeAnswer {
    fake.seen.push(request)
    const prepared = queued.shift()
    if (typeof prepared === 'function') return prepared(obey(request))
    return prepared ?? obey(request)
  }

  function unauthorised(request: SeenRequest): FakeAnswer | null {
    if (token === null) return error(42001, 'access_token expired')
    return request.query.get('access_token') === token ? null : error(40014, 'invalid access_token')
  }

  function obey(request: SeenRequest): FakeAnswer {
    switch (`${request.method} ${request.path}`) {
      case 'GET /cgi-bin/gettoken': {
        if (request.query.get('corpid') !== corpId) return error(40013, 'invalid corpid')
        if (request.query.get('corpsecret') !== corpSecret) return error(40001, 'invalid credential')
        if (token === null) {
          fake.tokensIssued++
          token = `token-${fake.tokensIssued}`
        }
        return json({ errcode: 0, errmsg: 'ok', access_token: token, expires_in: expiresIn })
      }
      case 'GET /cgi-bin/agent/get': {
        const stranger = unauthorised(request)
        if (stranger !== null) return stranger
        if (!trusted) return error(60020, 'not allow to access from your ip, from ip: 203.0.113.7, hint: []')
        if (request.query.get('agentid') !== String(agentId)) return error(40056, 'invalid agentid')
        return json({ errcode: 0, errmsg: 'ok', agentid: agentId, name: '清群', close: 0 })
      }
      case 'POST /cgi-bin/message/send': {
        const stranger = unauthorised(request)
        if (stranger !== null) return stranger
        const body = parsed(request)
        const content = forms.contentOf(body, 2048)
        const touser = String(body.touser ?? '')
        if (body.agentid !== agentId) return error(40056, 'invalid agentid')
        if (content === null) return error(40058, 'invalid parameter')
        const invalid = listed(touser, invalidUsers)
        const unlicensed = listed(touser, unlicensedUsers)
        const shown = invalid.length + unlicensed.length === 0 ? forms.show(body) : null
        if (shown === 'taken') return error(42015, 'task_id is used')
        if (shown === 'shown') fake.sent.push({ kind: 'app', to: touser, content, body })
        const lists = { invaliduser: invalid.join('|'), unlicenseduser: unlicensed.join('|') }
        serial++
        return json({ errcode: 0, errmsg: 'ok', ...lists, msgid: `sent-${serial}` })
      }
      case 'POST /cgi-bin/appchat/send': {
        const stranger = unauthorised(request)
        if (stranger !== null) return stranger
        const body = parsed(request)
        const content = body.msgtype === 'template_card' ? null : forms.contentOf(body, 2048)
        const chatid = String(body.chatid ?? '')
        if (!chatIds.includes(chatid)) return error(86003, 'chatid not exist')
        if (content === null) return error(40058, 'invalid parameter')
        fake.sent.push({ kind: 'appchat', to: chatid, content, body })
        return json({ errcode: 0, errmsg: 'ok' })
      }
      case 'GET /cgi-bin/appchat/get': {
        const stranger = unauthorised(request)
        if (stranger !== null) return stranger
        const chatid = request.query.get('chatid') ?? ''
        if (!chatIds.includes(chatid)) return error(86003, 'chatid not exist')
        return json({ errcode: 0, errmsg: 'ok', chat_info: { chatid, name: '群', owner: 'chen', userlist: [] } })
      }
      case 'POST /cgi-bin/msgaudit/groupchat/get': {
        const stranger = unauthorised(request)
        if (stranger !== null) return stranger
        const roomname = rooms[String(parsed(request).roomid)]
        return roomname === undefined ? error(40058, 'invalid roomid') : json({ errcode: 0, errmsg: 'ok', roomname })
      }
      case 'GET /cgi-bin/user/get': {
        const stranger = unauthorised(request)
        if (stranger !== null) return stranger
        const userid = request.query.get('userid') ?? ''
        const name = users[userid]
        return name === undefined ? error(60011, 'no privilege') : json({ errcode: 0, errmsg: 'ok', userid, name })
      }
      case 'POST /cgi-bin/media/upload':
        return unauthorised(request) ?? forms.upload(request)
      case 'POST /cgi-bin/message/update_template_card':
        return unauthorised(request) ?? forms.update(parsed(request))
      case 'POST /cgi-bin/message/recall':
        return unauthorised(request) ?? forms.recall(parsed(request), (msgid) => /^sent-\d+$/.test(msgid))
      case 'POST /cgi-bin/webhook/send': {
        const key = request.query.get('key') ?? ''
        if (!webhookKeys.includes(key)) return error(93000, 'invalid webhook url')
        const body = parsed(request)
        const content = webhookContent(body)
        if (content === null) return error(40058, 'invalid parameter')
        fake.sent.push({ kind: 'webhook', to: key, content, body })
        return json({ errcode: 0, errmsg: 'ok' })
      }
      default:
        return { status: 404, type: 'text/html', body: '<html>404</html>' }
    }
  }

  const server = await startLoopback(handle)
  const fake: FakeWecom = {
    ...server,
    forms,
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

/** An error as WeCom answers it: HTTP 200. */
export const error = (errcode: number, errmsg: string): FakeAnswer => json({ errcode, errmsg })

const parsed = (request: SeenRequest): Record<string, unknown> => JSON.parse(request.body)
