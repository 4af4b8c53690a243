import { randomBytes } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join, relative } from 'node:path'
import { CodedError } from '../domain/errors.ts'

const listenOn = (path: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    server.listen(path, () => resolve(server.unref()))
  })

/** What a connection to the socket of a dead process, or to none, ends with. */
const DEAD = new Set(['ECONNREFUSED', 'ENOENT'])

const isAlive = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => resolve(true))
    socket.once('connect', () => socket.destroy())
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(!DEAD.has(error.code ?? '')))
  })

/**
 * Clears a dead process's socket away; false where it is a living one after all. It is moved aside before it is looked
 * at: of two processes that find the same dead socket, the slower one must not remove the quicker one's new lock.
 */
async function clearAway(path: string): Promise<boolean> {
  const aside = `${path}.${randomBytes(3).toString('hex')}`
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!moved) return true
  if (await isAlive(aside)) {
    await rename(aside, path)
    return false
  }
  await rm(aside, { force: true })
  return true
}

/** Longest path of a socket in bytes, on every system; Linux takes 107, macOS 103. With room for the name aside. */
const MAX_PATH_BYTES = 96

function lockPath(folder: string): string {
  const absolute = join(folder, '.lock')
  if (process.platform === 'win32') return `\\\\.\\pipe\\${absolute}`
  const fromHere = relative(process.cwd(), absolute)
  const path = fromHere.length < absolute.length ? fromHere : absolute
  if (Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw new CodedError('DATA_FOLDER_UNREADABLE', `数据目录 ${folder} 的路径太长 (the path is too long)`, {
      hint: '请用 DATA_DIR 指定一个路径短一些的目录。',
    })
  return path
}

/**
 * Keeps a second process out of a data folder and returns the release.
 * The lock is a listening socket in the folder: the kernel drops it with its process, so a crash leaves no stale lock,
 * and it works between containers that share the folder. Throws CodedError DATA_FOLDER_LOCKED or DATA_FOLDER_UNREADABLE.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = lockPath(folder)
  const server = await listenOn(path)
    .catch(async (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE' || (await isAlive(path)) || !(await clearAway(path))) throw cause
      return listenOn(path)
    })
    .catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'EADDRINUSE' ? locked(folder, cause) : notWritable(folder, cause)
    })
  // Closing removes the socket's file, too.
  return () => new Promise<void>((resolve) => server.close(() => resolve()))
}

const locked = (folder: string, cause: unknown) =>
  new CodedError('DATA_FOLDER_LOCKED', `数据目录 ${folder} 正被另一个清群进程使用 (the data folder is in use)`, {
    hint: '请先停掉那个进程,或用 DATA_DIR 指定另一个目录。',
    cause,
  })

const notWritable = (folder: string, cause: unknown) =>
  new CodedError('DATA_FOLDER_UNREADABLE', `数据目录 ${folder} 不能写入 (the data folder is not writable)`, {
    hint: '请检查目录权限,或用 DATA_DIR 指定另一个目录。',
    cause,
  })
