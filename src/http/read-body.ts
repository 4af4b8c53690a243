import type { IncomingMessage } from 'node:http'
import getRawBody from 'raw-body'
import { CodedError } from '../domain/errors.ts'

/** 1 MiB: far above any callback of the platforms. */
const MAX_BODY_BYTES = 1 << 20

/** The raw body. Throws CodedError BODY_TOO_LARGE (413) or BODY_INCOMPLETE (400). */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  try {
    const length = request.headers['content-length']
    return await getRawBody(request, { limit: MAX_BODY_BYTES, ...(length ? { length } : {}) })
  } catch (cause) {
    // What was not read must not be taken for the next request of the connection.
    request.unpipe()
    request.resume()
    if (cause instanceof Error && 'type' in cause && cause.type === 'entity.too.large')
      throw new CodedError('BODY_TOO_LARGE', '请求体超过 1 MiB', { status: 413, hint: '请分开发送。', cause })
    throw new CodedError('BODY_INCOMPLETE', '请求体没有收完整', { status: 400, hint: '请重新发送。', cause })
  }
}
