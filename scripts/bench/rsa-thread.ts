import { constants, createPrivateKey, privateDecrypt } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'

/** What one thread of the measurement is given. */
export interface RsaOrder {
  pem: string
  /** Base64. */
  wrapped: string[]
  seconds: number
}

const { pem, wrapped, seconds } = workerData as RsaOrder
const key = createPrivateKey(pem)
const blocks = wrapped.map((text) => Buffer.from(text, 'base64'))
const end = performance.now() + seconds * 1000
let opened = 0
for (; performance.now() < end; opened++)
  privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, blocks[opened % blocks.length] as Buffer)
parentPort?.postMessage(opened)
