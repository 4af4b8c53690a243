import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./child.ts', import.meta.url))

/**
 * Starts the program that holds the SDK. It is given none of the server's environment but where to look for libraries:
 * closed native code has no business with the secrets of other channels. One thread, so that the SDK sees no second.
 */
export function startArchiveChild(libraryPath = process.env.LD_LIBRARY_PATH): ChildProcess {
  return spawn(process.execPath, [PROGRAM], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { UV_THREADPOOL_SIZE: '1', ...(libraryPath ? { LD_LIBRARY_PATH: libraryPath } : {}) },
    windowsHide: true,
  })
}
