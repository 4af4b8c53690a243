import { describe, expect, it } from 'vitest'
import { readDwsEvent } from '../../src/adapters/dingtalk/dws-event.ts'
import { envelopeOf } from '../../src/adapters/feishu/envelope.ts'
import { readEvent } from '../../src/adapters/feishu/event.ts'
import { appAlertOf } from '../../src/adapters/wecom/app-alerts.ts'
import { createWecomAppCallback } from '../../src/adapters/wecom/app-callback.ts'
import { VECTOR_SECRETS, wecomSeal, wecomSignature } from '../platforms/wecom-wire.ts'

const NOW = 1_700_000_000_000

describe('an event that nobody here waits for', () => {
  it('is acknowledged and told of by the app of WeCom', () => {
    const told: string[] = []
    const secrets = { ...VECTOR_SECRETS, receiveId: 'wwcorp' }
    const callback = createWecomAppCallback({
      ...VECTOR_SECRETS,
      tenantId: 'default',
      channelId: 'app',
      corpId: 'wwcorp',
      now: () => NOW,
      random: (bytes) => Buffer.alloc(bytes, 1),
      onUnused: (event) => told.push(event),
    })
    const send = (event: string) => {
      const xml = `<xml><FromUserName>sys</FromUserName><CreateTime>1700000000</CreateTime><MsgType>event</MsgType><Event>${event}</Event></xml>`
      const encrypt = wecomSeal(secrets, xml)
      const signature = wecomSignature(secrets.token, '1700000000', 'n1', encrypt)
      return callback.receive({
        method: 'POST',
        query: `msg_signature=${signature}&timestamp=1700000000&nonce=n1`,
        headers: {},
        body: Buffer.from(`<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`),
      })
    }
    for (const event of ['inactive_alert', 'enter_agent', 'brand_new_event'])
      expect(send(event)).toMatchObject({ kind: 'respond', response: { status: 200, body: '' } })
    expect(send('msgaudit_notify')).toMatchObject({ kind: 'respond' })
    expect(told).toEqual(['inactive_alert', 'enter_agent', 'brand_new_event'])
  })

  it('warns the operator where WeCom switches the app off', () => {
    for (const event of ['inactive_alert', 'low_active_alert', 'close_inactive_agent', 'low_active'])
      expect(appAlertOf(event)?.hint).toMatch(/应用/)
    for (const event of ['reopen_inactive_agent', 'enter_agent', 'constructor', ''])
      expect(appAlertOf(event)).toBeNull()
  })

  it('is told of by Feishu, of either version of events', () => {
    const told: string[] = []
    const reading = {
      tenantId: 'default',
      channelId: 'main',
      botOpenId: () => 'ou_bot',
      chat: () => undefined,
      onUnused: (type: string) => told.push(type),
    }
    const events = [
      { schema: '2.0', header: { event_type: 'im.chat.updated_v1' }, event: {} },
      { type: 'event_callback', event: {} },
    ]
    for (const event of events)
      expect(readEvent(envelopeOf(event), reading)).toMatchObject({ messages: [], amendments: [] })
    expect(told).toEqual(['im.chat.updated_v1', ''])
  })

  it('is told of by dws, and lines that are no event at all are refused', () => {
    const told: string[] = []
    const options = {
      tenantId: 'default',
      channelId: 'dws-1',
      receivedAt: NOW,
      robotName: undefined,
      onUnused: (type: string) => told.push(type),
    }
    expect(readDwsEvent('{"type":"user_im_message_read_group"}', options)).toBeNull()
    expect(() => readDwsEvent('{"type":"weather"}', options)).toThrowError(
      expect.objectContaining({ code: 'EVENT_MALFORMED' }),
    )
    expect(told).toEqual(['user_im_message_read_group'])
  })
})
