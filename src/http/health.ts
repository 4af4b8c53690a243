import Router from '@koa/router'
import { type Kysely, sql } from 'kysely'
import { CodedError } from '../domain/errors.ts'
import type { Metrics } from '../metrics.ts'
import type { Tables } from '../store/tables.ts'

/** `/healthz`: the process answers. `/readyz`: the store does. `/metrics`: Prometheus text. */
export function healthRoutes(db: Kysely<Tables>, metrics: Metrics): Router {
  const router = new Router()
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' }
  })
  router.get('/readyz', async (ctx) => {
    await sql`select 1`.execute(db).catch((cause) => {
      throw new CodedError('STORE_UNAVAILABLE', '数据库没有响应', { status: 503, hint: '请检查数据库。', cause })
    })
    ctx.body = { status: 'ready' }
  })
  router.get('/metrics', async (ctx) => {
    ctx.type = metrics.registry.contentType
    ctx.body = await metrics.registry.metrics()
  })
  return router
}
