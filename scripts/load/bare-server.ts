import { createServer } from 'node:http'
import Koa from 'koa'
import rawBody from 'raw-body'
import { equalInConstantTime } from '../../src/adapters/constant-time.ts'
import { decodeAesKey, decrypt, signatureOf } from '../../src/adapters/wecom/crypto.ts'

/** The yardstick of the bench: a Koa server that reads, verifies and decrypts a callback, and keeps nothing. */
const token = process.env.WECOM_BOT_TOKEN ?? ''
const key = decodeAesKey(process.env.WECOM_BOT_AES_KEY ?? '')

const app = new Koa()
app.use(async (context) => {
  if (context.path === '/readyz') {
    context.body = 'ok'
    return
  }
  const body = await rawBody(context.req, { limit: '1mb' })
  const { encrypt } = JSON.parse(body.toString('utf8')) as { encrypt: string }
  const one = (name: string) => String(context.query[name])
  const signature = signatureOf(token, one('timestamp'), one('nonce'), encrypt)
  if (!equalInConstantTime(one('msg_signature'), signature)) context.throw(401)
  JSON.parse(decrypt(key, encrypt).message)
  context.status = 200
  context.body = ''
})
createServer(app.callback()).listen(Number(process.env.PORT), '127.0.0.1')
