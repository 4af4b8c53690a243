/**
 * The program that holds the official SDK: closed native code that blocks and may take its process down. It writes
 * nothing anywhere but its answers, and ends with the server that started it, even from inside a call that hangs.
 */
import { Socket } from 'node:net'
import { kill, pid, platform } from 'node:process'
import koffi from 'koffi'
import { createLineCutter } from '../../lines.ts'
import { MAX_LINE_BYTES } from './constants.ts'
import { type Answer, CHANNEL_FD, type Request, readRequest } from './protocol.ts'
import { type OpenedSdk, openSdk } from './sdk.ts'

/** prctl(2): PR_SET_DUMPABLE. */
const SET_DUMPABLE = 4
// A crash must not leave what people wrote in a core file.
if (platform === 'linux') koffi.load(null).func('int prctl(int option, unsigned long value)')(SET_DUMPABLE, 0)

let sdk: OpenedSdk | null = null

async function answerTo(request: Request): Promise<Answer> {
  if (request.call === 'open') {
    const opened = await openSdk(request)
    if ('kind' in opened) return opened
    sdk = opened
    return { kind: 'opened' }
  }
  if (sdk === null) return { kind: 'refused', reason: 'unexpected', detail: 'not opened' }
  return request.call === 'pull' ? sdk.pull(request) : sdk.decrypt(request)
}

// A plain exit would wait for the thread that is inside the library.
const end = () => kill(pid, 'SIGKILL')
const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
channel.on('close', end)
channel.on('error', end)

const onLine = (line: string) => {
  void answerTo(readRequest(line))
    // Words of an unknown error could quote contents.
    .catch((): Answer => ({ kind: 'refused', reason: 'unexpected' }))
    .then((answer) => channel.write(`${JSON.stringify(answer)}\n`))
}
const cutter = createLineCutter({ maxBytes: MAX_LINE_BYTES, tooLong: end })
channel.on('data', (piece: Buffer) => cutter.take(piece).forEach(onLine))
