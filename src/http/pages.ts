import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Router from '@koa/router'
import { send } from '@koa/send'

const DAY_MS = 86_400_000

const BUILDING = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>清群</title></head><body><p>页面正在生成,几秒后自动打开。</p></body></html>`

/** The built pages of `src/web`, the sandbox's only where it is open; while they are being built, a page that tries again. */
export function pageRoutes(folder: string, sandboxOpen: boolean): Router {
  const router = new Router()
  router.get('/', (ctx) => ctx.redirect(sandboxOpen ? '/sandbox' : '/healthz'))
  router.get('/assets/:file', (ctx) =>
    send(ctx, join('assets', ctx.params.file ?? ''), { root: folder, maxAge: 365 * DAY_MS, immutable: true }),
  )
  if (!sandboxOpen) return router
  router.get('/sandbox', async (ctx) => {
    if (existsSync(join(folder, 'index.html'))) {
      await send(ctx, 'index.html', { root: folder })
      ctx.set('Cache-Control', 'no-cache')
      return
    }
    ctx.type = 'html'
    ctx.body = BUILDING
  })
  return router
}
