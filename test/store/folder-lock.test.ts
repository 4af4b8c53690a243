import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from '../../src/store/folder-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Another process that listens on a socket in the folder, as a running server does. */
async function holder(path: string): Promise<ChildProcess> {
  const code = "require('net').createServer().listen(process.argv[1], () => console.log('listening'))"
  const child = spawn(process.execPath, ['-e', code, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error) => error.code,
  )

describe('lockFolder', () => {
  it('keeps a second one out and says in a sentence what to do', async () => {
    const release = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toMatchObject({
      code: 'DATA_FOLDER_LOCKED',
      message: expect.stringContaining(folder),
      hint: expect.stringContaining('DATA_DIR'),
    })
    await release()
  })

  it('is free again once it is released, and leaves nothing behind', async () => {
    for (let round = 0; round < 3; round++) await (await lockFolder(folder))()
    expect(await readdir(folder)).toEqual([])
  })

  it('yields to a process that lives, and not to one that was killed', async () => {
    const path = join(folder, '.lock')
    const child = await holder(path)
    expect(await code(lockFolder(folder))).toBe('DATA_FOLDER_LOCKED')
    await kill(child)
    expect(existsSync(path)).toBe(true)

    const release = await lockFolder(folder)
    expect(await code(lockFolder(folder))).toBe('DATA_FOLDER_LOCKED')
    await release()
    expect(await readdir(folder)).toEqual([])
  })

  it('lets one of many win that find the socket of a killed process at once', async () => {
    const child = await holder(join(folder, '.lock'))
    await kill(child)
    const all = await Promise.allSettled([1, 2, 3].map(() => lockFolder(folder)))
    const won = all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(won).toHaveLength(1)
    expect(await code(lockFolder(folder))).toBe('DATA_FOLDER_LOCKED')
    for (const release of won) await release()
  })

  it('says so where the folder is no folder, and where its path is too long for a socket', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    expect(await code(lockFolder(file))).toBe('DATA_FOLDER_UNREADABLE')
    await expect(lockFolder(join(folder, 'x'.repeat(120)))).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNREADABLE',
      message: expect.stringContaining('太长'),
    })
  })
})
