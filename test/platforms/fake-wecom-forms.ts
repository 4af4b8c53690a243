import { createHash } from 'node:crypto'
import { formFields } from './form-fields.ts'
import { type FakeAnswer, json, type SeenRequest } from './loopback.ts'

/** A card as it stands in a client. */
export interface ShownCard {
  taskId: string
  to: string
  card: Record<string, unknown>
  /** What stands in place of its buttons once it was updated. */
  replaced: string | null
}

type Body = Record<string, unknown>

/** The buttons of a card, none where there is no card. */
export const buttonsOf = (card: Body | null | undefined): { text: string; key: string }[] =>
  Array.isArray(card?.button_list) ? card.button_list : []

const wrong = (errcode: number, errmsg: string): FakeAnswer => json({ errcode, errmsg })
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47])

/** The cards, pictures and recalls of an app (pages 90236, 90253, 94888, 94867), beside what `fake-wecom.ts` does. */
export function createWecomForms({ agentId, now = Date.now }: { agentId: number; now?: () => number }) {
  const cards: ShownCard[] = []
  const codes = new Map<string, { card: ShownCard; at: number }>()
  const media = new Map<string, Buffer>()
  const recalled: string[] = []
  let serial = 0

  const forms = {
    cards,
    media,
    recalled,
    /** Presses a button and gives the code that the event carries. */
    press(taskId: string): string {
      const card = cards.find((shown) => shown.taskId === taskId)
      if (card === undefined) throw new Error(`no card ${taskId}`)
      const code = `RC-${++serial}`
      codes.set(code, { card, at: now() })
      return code
    },
    /** What is said by a message of this body, or null where the platform refuses it. */
    contentOf(body: Body, most: number): string | null {
      const { msgtype } = body
      const inner = body[String(msgtype)] as Body | undefined
      switch (msgtype) {
        case 'markdown': {
          const content = inner?.content
          return typeof content === 'string' && Buffer.byteLength(content) <= most ? content : null
        }
        case 'image':
          return media.has(String(inner?.media_id)) ? '[图片]' : null
        case 'template_card':
          return cardContent(body.template_card as Body)
        default:
          return null
      }
    },
    /** Shows what is a card; `repeated` where it was shown before, `taken` where another has its `task_id`. */
    show(body: Body): 'shown' | 'repeated' | 'taken' {
      if (body.msgtype !== 'template_card') return 'shown'
      const card = body.template_card as Body
      const taskId = String(card.task_id)
      const before = cards.find((shown) => shown.taskId === taskId)
      if (before !== undefined) return JSON.stringify(before.card) === JSON.stringify(card) ? 'repeated' : 'taken'
      cards.push({ taskId, to: String(body.touser), card, replaced: null })
      return 'shown'
    },
    update(body: Body): FakeAnswer {
      const code = String(body.response_code)
      const found = codes.get(code)
      const name = (body.button as Body | undefined)?.replace_name
      if (body.agentid !== agentId) return wrong(40056, 'invalid agentid')
      if (found === undefined || now() - found.at > 72 * 3_600_000) return wrong(42014, 'invalid response_code')
      if (typeof name !== 'string' || name === '') return wrong(40058, 'invalid parameter')
      codes.delete(code)
      if (Array.isArray(body.userids) && body.userids.includes(found.card.to)) found.card.replaced = name
      return json({ errcode: 0, errmsg: 'ok', invaliduser: '' })
    },
    recall(body: Body, known: (msgid: string) => boolean): FakeAnswer {
      const msgid = String(body.msgid)
      if (!known(msgid)) return wrong(40058, 'invalid msgid')
      recalled.push(msgid)
      return json({ errcode: 0, errmsg: 'ok' })
    },
    upload(request: SeenRequest): FakeAnswer {
      const { value: file, filename } = formFields(request).get('media') ?? {}
      if (file === undefined || !filename || request.query.get('type') !== 'image') return wrong(40058, 'invalid media')
      if (!file.subarray(0, 4).equals(PNG) || file.length > 10 * 1024 * 1024) return wrong(40009, 'invalid image')
      const id = `MEDIA-${++serial}`
      media.set(id, file)
      return json({ errcode: 0, errmsg: 'ok', type: 'image', media_id: id, created_at: '1700000000' })
    },
  }
  return forms
}

function cardContent(card: Body | undefined): string | null {
  const buttons = card?.button_list as { text: string; key: string }[] | undefined
  const { title } = (card?.main_title ?? {}) as { title?: string }
  const taskId = String(card?.task_id ?? '')
  if (card?.card_type !== 'button_interaction' || !title || !/^[\w@-]{1,128}$/.test(taskId)) return null
  if (!Array.isArray(buttons) || buttons.length < 1 || buttons.length > 6) return null
  if (buttons.some(({ text, key }) => !text || Buffer.byteLength(key) > 1024)) return null
  return `【${title}】${String(card.sub_title_text ?? '')}${buttons.map(({ text }) => `[${text}]`).join('')}`
}

/** What a group robot says (page 99110), or null where the platform refuses it. */
export function webhookContent(body: Body): string | null {
  const inner = body[String(body.msgtype)] as { content?: unknown; base64?: unknown; md5?: unknown } | undefined
  if (body.msgtype === 'image') {
    const bytes = Buffer.from(String(inner?.base64 ?? ''), 'base64')
    const right = createHash('md5').update(bytes).digest('hex') === inner?.md5
    return right && bytes.subarray(0, 4).equals(PNG) && bytes.length <= 2 * 1024 * 1024 ? '[图片]' : null
  }
  const isMarkdown = body.msgtype === 'markdown' || body.msgtype === 'markdown_v2'
  const content = isMarkdown ? inner?.content : undefined
  return typeof content === 'string' && Buffer.byteLength(content) <= 4096 ? content : null
}
