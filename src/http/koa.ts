import type { RequestListener } from 'node:http'
import type Router from '@koa/router'
import Koa from 'koa'
import { errorFields, type Logger } from '../log.ts'
import { isHangUp } from './hang-up.ts'
import { errors } from './middleware/errors.ts'
import { securityHeaders } from './middleware/security-headers.ts'

/** The routes behind the middleware that every request passes. */
export function createListener(routers: readonly Router[], log: Logger): RequestListener {
  const koa = new Koa()
  koa.on('error', (error) => {
    if (!isHangUp(error)) log.error(errorFields(error), 'response failed')
  })
  koa.use(errors(log)).use(securityHeaders)
  for (const router of routers) koa.use(router.routes())
  return koa.callback()
}
