import type { Middleware } from 'koa'
import { CodedError } from '../../domain/errors.ts'
import type { Logger } from '../../log.ts'
import { errorFields } from '../../log.ts'

const notFound = (cause?: unknown) =>
  new CodedError('NOT_FOUND', '没有这个地址', { status: 404, hint: '请核对网址。', cause })

/** The error in our words: Koa and its parts throw `http-errors`, which carry a status; null for what is our own fault. */
function codedOf(error: unknown): CodedError | null {
  if (error instanceof CodedError) return error
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
  if (status === 404) return notFound(error)
  if (!(status >= 400 && status < 500)) return null
  return new CodedError('REQUEST_INVALID', '请求有误', { status, hint: '请核对网址和内容。', cause: error })
}

/** The one place where errors become HTTP: `{ error: { code, message, hint } }`; what is not coded is a 500 without detail. */
export const errors =
  (log: Logger): Middleware =>
  async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body == null) throw notFound()
    } catch (error) {
      const coded = codedOf(error)
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
