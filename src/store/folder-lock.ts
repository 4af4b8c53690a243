import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join, relative } from 'node:path'
import { CodedError } from '../domain/errors.ts'

const listenOn = (path: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    server.listen(path, () => resolve(server.unref()))
  })

const isAlive = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => resolve(true))
    socket.once('connect', () => socket.destroy())
    socket.once('error', () => resolve(false))
  })

/**
 * Keeps a second process out of a data folder and returns the release.
 * The lock is a listening socket in the folder: the kernel drops it with its process, so a crash leaves no stale lock,
 * and it works between containers that share the folder. Throws CodedError DATA_FOLDER_LOCKED.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  // A socket's path is limited to about 100 bytes; the way from the working directory is usually shorter.
  const absolute = join(folder, '.lock')
  const fromHere = relative(process.cwd(), absolute)
  const path =
    process.platform === 'win32' ? `\\\\.\\pipe\\${absolute}` : fromHere.length < absolute.length ? fromHere : absolute
  const server = await listenOn(path).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') {
      throw new CodedError('DATA_FOLDER_UNREADABLE', `数据目录 ${folder} 不能写入 (the data folder is not writable)`, {
        hint: '请检查目录权限,或用 DATA_DIR 指定另一个目录。',
        cause,
      })
    }
    if (await isAlive(path)) {
      throw new CodedError(
        'DATA_FOLDER_LOCKED',
        `数据目录 ${folder} 正被另一个清群进程使用 (the data folder is in use)`,
        {
          hint: '请先停掉那个进程,或用 DATA_DIR 指定另一个目录。',
          cause,
        },
      )
    }
    await rm(path, { force: true })
    return listenOn(path)
  })
  return async () => {
    await new Promise<void>((resolve) => server.close(() => resolve()))
    await rm(path, { force: true })
  }
}
