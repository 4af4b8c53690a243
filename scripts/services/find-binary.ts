import { accessSync, constants, globSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** True for a file that this process may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

/** The folders of `PATH`, in order. */
export const pathFolders = (path = process.env.PATH ?? ''): string[] => path.split(delimiter).filter(Boolean)

/** The first of `names` that stands in one of `folders`; a name that comes first wins over a folder that does. */
export function findBinary(names: readonly string[], folders: readonly string[]): string | null {
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isExecutable)
    if (found !== undefined) return found
  }
  return null
}

/** The folders that a glob pattern meets, the highest version number first. */
export const versionedFolders = (pattern: string): string[] =>
  globSync(pattern).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
