import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's top folder. */
export const ROOT = join(import.meta.dirname, '..', '..')

/** Path of a program that an installed npm package brings, to be run with `process.execPath`. */
export function packageBin(packageName: string, bin = packageName): string {
  const folder = join(ROOT, 'node_modules', packageName)
  const manifest: { bin?: Record<string, string> } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const path = manifest.bin?.[bin]
  if (path === undefined) throw new Error(`${packageName} brings no program named ${bin}`)
  return join(folder, path)
}
