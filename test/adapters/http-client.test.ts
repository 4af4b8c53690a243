import { afterEach, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/adapters/http-client.ts'
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
    expect(await call({ method: 'GET', url })).toEqual(retry('HTTP_REDIRECTED'))
    expect(calls).toBe(1)
  })

  it('reads no more than the cap', async () => {
    const big = createHttpClient({ fetch: globalThis.fetch, maxBytes: 1000 })
    const fits = await serve({ body: JSON.stringify('a'.repeat(998)) })
    const over = await serve({ body: JSON.stringify('a'.repeat(999)) })
    expect(await big({ method: 'GET', url: fits })).toMatchObject({ status: 200 })
    expect(await big({ method: 'GET', url: over })).toEqual(retry('HTTP_ANSWER_TOO_LARGE'))
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
