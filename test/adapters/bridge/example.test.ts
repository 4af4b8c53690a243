import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBridge } from '../../../src/adapters/bridge/bridge.ts'
import type { GroupMessage } from '../../../src/domain/message.ts'
import { ROOT, runProgram } from '../../cli/run-program.ts'
import { startLoopback } from '../../platforms/loopback.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-bridge-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('takes what the example of the documentation sends, with either form of secret', async () => {
  const markdown = await readFile(join(ROOT, 'docs/bridge.md'), 'utf8')
  const example = /```js\n(.*?)```/s.exec(markdown)?.[1] ?? ''
  const program = join(folder, 'example.mjs')
  await writeFile(program, example)
  for (const secret of ['a-plain-secret-of-the-tests', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']) {
    const bridge = createBridge({ tenantId: 'default', channelId: 'main', secrets: [secret], now: Date.now })
    const heard: GroupMessage[] = []
    const server = await startLoopback(({ headers, body }) => {
      const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      const incoming = bridge.receive({ method: 'POST', query: '', headers: named, body: Buffer.from(body) })
      if (incoming.kind !== 'messages') return { status: 500, body: '' }
      heard.push(...incoming.messages)
      return incoming.acknowledge(incoming.messages.map(() => ({ duplicate: false, answers: [] })))
    })
    const env = { BRIDGE_URL: `${server.url}/callbacks/bridge/main`, BRIDGE_SECRET: secret }
    const { code, out, err } = await runProgram(relative(ROOT, program), [], { env })
    await server.close()
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('200 {"messages":[{"messageId":"m-1001"')
    expect(heard).toMatchObject([{ messageId: 'm-1001', groupName: '防汛工作群', sender: { role: 'leader' } }])
  }
}, 60_000)
