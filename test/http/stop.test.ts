import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TASK } from '../helpers/intake.ts'
import { VECTOR_SECRETS, wecomDelivery, wecomGroupText } from '../platforms/wecom-wire.ts'
import { NOW, type Office, openOffice } from './office.ts'

const PATIENCE = { timeout: 15_000, interval: 50 }

let office: Office
afterEach(() => office.close())

describe('stopping', () => {
  it('lets a delivery that is under way be stored and acknowledged, and takes no other', async () => {
    office = await openOffice()
    const blocker = await office.database.connect()
    const waiting = () =>
      office.database.query("select 1 from pg_locks where not granted and relation = 'messages'::regclass")
    await blocker.query('begin; lock table messages in exclusive mode')
    const delivery = office.deliver('wecom', wecomDelivery(VECTOR_SECRETS, wecomGroupText('m1', TASK, 'chen'), NOW))
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), PATIENCE)

    const stopped = office.app.stop()
    await expect(fetch(`${office.app.url}/healthz`)).rejects.toThrow()
    await blocker.query('commit')
    blocker.release()
    expect((await delivery).status).toBe(200)
    const answered = performance.now()
    await stopped
    expect(performance.now() - answered).toBeLessThan(4_000)
    expect(await office.database.query("select text from messages where message_id = 'm1'")).toHaveLength(1)
  })

  it('does not wait for ever for a client that never ends its request', async () => {
    office = await openOffice()
    const { hostname, port } = new URL(office.app.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write('POST /callbacks/wecom/main HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{')
    await (await fetch(`${office.app.url}/healthz`)).json()

    const closed = once(socket, 'close')
    await office.app.stop()
    await closed
    await expect(fetch(`${office.app.url}/healthz`)).rejects.toThrow()
  })
})
