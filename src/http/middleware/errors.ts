import type { Middleware } from 'koa'
import { CodedError } from '../../domain/errors.ts'
import type { Logger } from '../../log.ts'
import { errorFields } from '../../log.ts'

/** The one place where errors become HTTP: `{ error: { code, message, hint } }`; what is not coded is a 500 without detail. */
export const errors =
  (log: Logger): Middleware =>
  async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body == null)
        throw new CodedError('NOT_FOUND', '没有这个地址', { status: 404, hint: '请核对网址。' })
    } catch (error) {
      const coded = error instanceof CodedError ? error : null
      ctx.status = coded?.status ?? 500
      ctx.type = 'application/json'
      ctx.body = {
        error: coded
          ? { code: coded.code, message: coded.message, hint: coded.hint }
          : { code: 'INTERNAL', message: '服务器内部错误', hint: '请稍后再试;如持续出现,请查看服务器日志。' },
      }
      if (ctx.status >= 500) log.error({ path: ctx.path, ...errorFields(error) }, 'request failed')
    }
  }
