import Router from '@koa/router'
import type { Context } from 'koa'
import type { CallbackResponse, WebhookAdapter } from '../../adapters/adapter.ts'
import { CodedError } from '../../domain/errors.ts'
import type { Intake } from '../../intake/intake.ts'
import type { Logger } from '../../log.ts'
import type { Metrics } from '../../metrics.ts'
import { readBody } from '../read-body.ts'

const headersOf = (ctx: Context): Record<string, string | undefined> => {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(ctx.headers))
    headers[name] = Array.isArray(value) ? value.join(',') : value
  return headers
}

const answer = (ctx: Context, response: CallbackResponse) => {
  ctx.status = response.status
  ctx.type = response.type
  ctx.body = response.body
}

/** `/callbacks/:adapter/:id`: verify, hand to intake, and acknowledge only what has been committed. */
export function callbackRoutes(options: {
  adapters: readonly WebhookAdapter[]
  intake: Intake
  /** Whose callbacks these are. */
  tenantId: string
  log: Logger
  metrics: Metrics
}): Router {
  const { intake, tenantId, log, metrics } = options
  const adapters = new Map(options.adapters.map((adapter) => [`${adapter.adapter}/${adapter.channelId}`, adapter]))
  const router = new Router()

  async function handle(ctx: Context, adapter: WebhookAdapter, method: 'GET' | 'POST'): Promise<void> {
    const body = method === 'POST' ? await readBody(ctx.req) : Buffer.alloc(0)
    const incoming = adapter.receive({ method, query: ctx.querystring, headers: headersOf(ctx), body })
    if (incoming.kind === 'respond') return answer(ctx, incoming.response)
    const { messages, amendments = [] } = incoming
    // Recalls go with their messages, so that both are stored or neither; all else shares transactions message by message.
    const from = { tenantId, channel: `${adapter.adapter}:${adapter.channelId}` }
    const receipts =
      amendments.length > 0
        ? await intake.deliver(from, { messages, amendments })
        : await Promise.all(messages.map((message) => intake.accept(message)))
    answer(ctx, incoming.acknowledge(receipts))
  }

  router.all('/callbacks/:adapter/:id', async (ctx) => {
    const adapter = adapters.get(`${ctx.params.adapter}/${ctx.params.id}`)
    if (!adapter)
      throw new CodedError('CHANNEL_UNKNOWN', '没有配置这个接入通道', {
        status: 404,
        hint: '请核对回调地址和环境变量。',
      })
    if (ctx.method !== 'GET' && ctx.method !== 'POST') {
      ctx.set('Allow', 'GET, POST')
      throw new CodedError('METHOD_NOT_ALLOWED', '只接受 GET 和 POST', { status: 405, hint: '请核对回调的请求方式。' })
    }
    const done = metrics.acknowledged.startTimer({ adapter: adapter.adapter })
    try {
      await handle(ctx, adapter, ctx.method)
      done()
    } catch (error) {
      if (error instanceof CodedError && error.status < 500) {
        metrics.refused.inc({ adapter: adapter.adapter, code: error.code })
        log.warn({ adapter: adapter.adapter, channel: adapter.channelId, code: error.code }, 'callback refused')
      }
      throw error
    }
  })
  return router
}
