import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGate, type Gate } from '../../src/http/gate.ts'

let gate: Gate
let server: Server
let url: string
beforeEach(async () => {
  gate = createGate()
  server = createServer(gate.listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
})

describe('the gate', () => {
  it('says that the process lives while the store is being opened, and nothing more', async () => {
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'starting' })
    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([503, { error: { code: 'STARTING' } }])
  })

  it('asks a platform to come again, since nothing can be stored yet', async () => {
    const response = await fetch(`${url}/callbacks/wecom/main?nonce=1`, { method: 'POST', body: '{"encrypt":"x"}' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await response.json()).toMatchObject({ error: { code: 'STARTING', hint: expect.any(String) } })
  })

  it('hands every request on once it is open, on a connection from before, too', async () => {
    await (await fetch(`${url}/healthz`)).json()
    gate.open((_request, response) => response.end('open'))
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('open')
    expect(await (await fetch(`${url}/callbacks/wecom/main`, { method: 'POST' })).text()).toBe('open')
  })
})
