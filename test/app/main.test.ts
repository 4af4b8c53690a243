import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/services/free-port.ts'
import { lockFolder } from '../../src/store/folder-lock.ts'
import { type Ended, runProgram, startProgram } from '../cli/run-program.ts'

/** Processes of their own take a while on a busy machine, in milliseconds. */
const PROCESSES = { timeout: 90_000 }

let folder: string
let data: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-main-'))
  data = join(folder, 'data')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const start = (env: Record<string, string>): Promise<Ended> =>
  runProgram('src/main.ts', [], { env: { PORT: '0', LOG_LEVEL: 'silent', DATA_DIR: data, ...env } })

/** A refusal in words: what is wrong, what to do, and no trace of the program's insides. */
function expectWords({ code, out, err }: Ended, expected: { code: number; lines: number }) {
  expect({ code, out }).toEqual({ code: expected.code, out: '' })
  expect(err).not.toMatch(/\n\s+at |Error:/)
  expect(err.trimEnd().split('\n')).toHaveLength(expected.lines)
}

describe('the process', PROCESSES, () => {
  it('refuses a bad environment with every fault, and opens nothing', async () => {
    const ended = await start({ PORT: 'http', SANDBOX: 'maybe', WECOM_BOT_TOKEN: '', DINGTALK_APP_KEY: 'k' })
    expectWords(ended, { code: 2, lines: 8 })
    for (const name of [
      'PORT',
      'SANDBOX',
      'WECOM_BOT_TOKEN',
      'WECOM_BOT_AES_KEY',
      'DINGTALK_APP_SECRET',
      'DINGTALK_ROBOT_CODE',
    ])
      expect(ended.err).toContain(`  ${name}: `)
    expect(existsSync(data)).toBe(false)
  })

  it('refuses a bad policy with line and column of every fault, and one it cannot read, and opens nothing', async () => {
    const policy = join(folder, 'policy.yaml')
    await writeFile(
      policy,
      'name: 测试\nmode: shout\nrules:\n  - id: Bad Id\n    when: { label: boast }\n    then: [fly]\n',
    )
    const bad = await start({ POLICY_FILE: policy })
    expectWords(bad, { code: 2, lines: 4 })
    expect(bad.err).toMatch(
      /policy\.yaml:2:7 mode.*\n.*policy\.yaml:4:9 rules\[0\]\.id.*\n.*policy\.yaml:6:12 rules\[0\]\.then/,
    )

    const none = await start({ POLICY_FILE: join(folder, 'none.yaml') })
    expectWords(none, { code: 2, lines: 2 })
    expect(none.err).toContain('none.yaml')
    expect(existsSync(data)).toBe(false)
  })

  it('says in a sentence that the port is taken, and opens nothing', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? `${address?.port}` : ''
    const ended = await start({ PORT: port })
    other.close()
    await once(other, 'close')
    expectWords(ended, { code: 1, lines: 2 })
    expect(ended.err).toContain(port)
    expect(existsSync(data)).toBe(false)
  })

  it('says in a sentence that another process has the data, and that the database does not answer', async () => {
    const release = await lockFolder(folder)
    const locked = await start({ DATA_DIR: folder })
    await release()
    expectWords(locked, { code: 1, lines: 2 })
    expect(locked.err).toContain('正被另一个清群进程使用')

    const unreachable = await start({ DATABASE_URL: `postgres://user:hush@127.0.0.1:${await freePort()}/db` })
    expectWords(unreachable, { code: 1, lines: 2 })
    expect(unreachable.err).toContain('DATABASE_URL')
    expect(unreachable.err).not.toContain('hush')
  })

  it('says where to click, ends with 0 on SIGTERM, and lets go of its data', async () => {
    const { child, ended } = startProgram('src/main.ts', [], { PORT: '0', LOG_LEVEL: 'silent', DATA_DIR: data })
    const [words] = await once(child.stdout, 'data')
    const url = /http:\/\/127\.0\.0\.1:\d+\/sandbox/.exec(`${words}`)?.[0]
    expect((await fetch(`${url}`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, err: '' })
    expect(existsSync(join(data, '.lock'))).toBe(false)
    await (await lockFolder(data))()
  })
})
