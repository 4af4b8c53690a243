import { afterEach, describe, expect, it } from 'vitest'
import { createHttpClient, harmlessToRepeat } from '../../src/adapters/http-client.ts'
import { formFields } from '../platforms/form-fields.ts'
import { type FakeAnswer, type Loopback, type SeenRequest, startLoopback } from '../platforms/loopback.ts'

const open: Loopback[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})
async function serve(answer: FakeAnswer | ((request: SeenRequest) => FakeAnswer)): Promise<string> {
  const server = await startLoopback(typeof answer === 'function' ? answer : () => answer)
  open.push(server)
  return server.url
}
const call = createHttpClient({ fetch: globalThis.fetch })
const retry = (code: string) => ({ refused: { status: 'retry', code, hint: expect.any(String) } })
const uncertain = (code: string) => ({ refused: { status: 'uncertain', code, hint: expect.any(String) } })

describe('HTTP client', () => {
  it('sends JSON as UTF-8 and reads a JSON answer with its status', async () => {
    const seen: SeenRequest[] = []
    const url = await serve((request) => {
      seen.push(request)
      return { status: 400, body: '{"code":"x"}' }
    })
    const outcome = await call({ method: 'POST', url: `${url}/a?b=c`, headers: { 'x-token': 't' }, json: { 甲: '乙' } })
    expect(outcome).toEqual({ status: 400, json: { code: 'x' } })
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/a', body: '{"甲":"乙"}' })
    expect(seen[0]?.headers).toMatchObject({ 'x-token': 't', 'content-type': 'application/json; charset=utf-8' })
  })

  it('sends a form with the bytes of its file as they are', async () => {
    const seen: SeenRequest[] = []
    const url = await serve((request) => {
      seen.push(request)
      return { body: '{}' }
    })
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const form = new FormData()
    form.set('type', '图片')
    form.set('image', new Blob([bytes]), 'a.png')
    expect(await call({ method: 'POST', url, form })).toEqual({ status: 200, json: {} })
    const [request] = seen
    expect(request && formFields(request)).toEqual(
      new Map([
        ['type', { value: Buffer.from('图片') }],
        ['image', { filename: 'a.png', value: Buffer.from(bytes) }],
      ]),
    )
  })

  it('tells an answer that is not JSON from one that is', async () => {
    const html = await serve({ status: 502, type: 'text/html', body: '<html>bad gateway</html>' })
    expect(await call({ method: 'GET', url: html })).toEqual({ status: 502, json: undefined })
    expect(await call({ method: 'GET', url: await serve({ body: '' }) })).toEqual({ status: 200, json: undefined })
  })

  it('gives up on a slow answer and says that nobody knows whether it arrived', async () => {
    const url = await serve({ body: '{}', delayMs: 30_000 })
    const impatient = createHttpClient({ fetch: globalThis.fetch, timeoutMs: 40 })
    expect(await impatient({ method: 'GET', url })).toMatchObject({
      refused: { status: 'uncertain', code: 'HTTP_TIMEOUT' },
    })
  })

  it('follows no redirect', async () => {
    let calls = 0
    const url = await serve(() => {
      calls++
      return { status: 302, headers: { location: '/elsewhere' }, body: '' }
    })
    expect(await call({ method: 'GET', url })).toEqual(uncertain('HTTP_REDIRECTED'))
    expect(calls).toBe(1)
  })

  it('reads no more than the cap', async () => {
    const big = createHttpClient({ fetch: globalThis.fetch, maxBytes: 1000 })
    const fits = await serve({ body: JSON.stringify('a'.repeat(998)) })
    const over = await serve({ body: JSON.stringify('a'.repeat(999)) })
    expect(await big({ method: 'GET', url: fits })).toMatchObject({ status: 200 })
    expect(await big({ method: 'GET', url: over })).toEqual(uncertain('HTTP_ANSWER_TOO_LARGE'))
  })

  it('does not know what became of a request that was read before the connection broke', async () => {
    for (const broken of ['reset', 'cut'] as const) {
      let read = 0
      const url = await serve(() => {
        read++
        return { body: '{"errcode":0}', broken }
      })
      const outcome = await call({ method: 'POST', url: `${url}/send?key=secret-key`, json: {} })
      expect(outcome).toEqual(uncertain('HTTP_INTERRUPTED'))
      expect(JSON.stringify(outcome)).not.toContain('secret-key')
      expect(read).toBe(1)
    }
  })

  it('asks for a retry only where the cause shows that the request never went out', async () => {
    const fault = (fields: object) => Object.assign(new Error('x'), fields)
    const outcomeOf = (cause: unknown) =>
      createHttpClient({ fetch: () => Promise.reject(new TypeError('fetch failed', { cause })) })({
        method: 'POST',
        url: 'http://127.0.0.1',
        json: {},
      })
    const refusedPort = fault({ code: 'ECONNREFUSED', syscall: 'connect' })
    for (const cause of [
      fault({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
      fault({ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }),
      fault({ code: 'EHOSTUNREACH', syscall: 'connect' }),
      fault({ code: 'ENETUNREACH' }),
      fault({ code: 'ETIMEDOUT', syscall: 'connect' }),
      fault({ code: 'UND_ERR_CONNECT_TIMEOUT' }),
      fault({ code: 'CERT_HAS_EXPIRED' }),
      new AggregateError([refusedPort, fault({ code: 'ETIMEDOUT', syscall: 'connect' })]),
    ]) {
      expect(await outcomeOf(cause)).toEqual(retry('HTTP_UNREACHABLE'))
    }
    for (const cause of [
      fault({ code: 'ECONNRESET', syscall: 'read' }),
      fault({ code: 'EHOSTUNREACH', syscall: 'read' }),
      fault({ code: 'EPIPE', syscall: 'write' }),
      fault({ code: 'ETIMEDOUT', syscall: 'read' }),
      fault({ code: 'UND_ERR_SOCKET' }),
      fault({ code: 'UND_ERR_HEADERS_TIMEOUT' }),
      fault({}),
      new AggregateError([refusedPort, fault({ code: 'ECONNRESET', syscall: 'read' })]),
      new AggregateError([]),
      undefined,
    ]) {
      expect(await outcomeOf(cause)).toEqual(uncertain('HTTP_INTERRUPTED'))
    }
  })

  it('posts over a fresh connection, since a kept one may close while the request is on its way', async () => {
    const seen: SeenRequest[] = []
    const url = await serve((request) => {
      seen.push(request)
      return { body: '{}' }
    })
    await call({ method: 'POST', url, json: {} })
    await call({ method: 'GET', url })
    expect(seen.map(({ headers }) => headers.connection)).toEqual(['close', 'keep-alive'])
  })

  it('turns only what is uncertain into a retry where repeating does no harm', () => {
    const hint = '无法确认'
    expect(harmlessToRepeat({ status: 'uncertain', code: 'X', hint })).toEqual({ status: 'retry', code: 'X', hint })
    const failed = { status: 'failed', code: 'X', hint } as const
    expect(harmlessToRepeat(failed)).toEqual(failed)
  })

  it('says that the network is down without saying the address', async () => {
    const server = await startLoopback(() => ({ body: '' }))
    await server.close()
    const outcome = await call({ method: 'GET', url: `${server.url}/send?key=secret-key` })
    expect(outcome).toEqual(retry('HTTP_UNREACHABLE'))
    expect(JSON.stringify(outcome)).toContain('ECONNREFUSED')
    expect(JSON.stringify(outcome)).not.toContain('secret-key')
    expect(await call({ method: 'GET', url: 'not an address' })).toEqual(retry('HTTP_UNREACHABLE'))
  })
})
