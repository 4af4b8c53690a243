import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const TOOLS = ['vite', 'vue', 'tdesign-vue-next', '@vitejs/plugin-vue']

/** SHA-256 over whatever the built pages are made of: the sources' names and bytes, and the versions of the tools. */
async function sourcesHash(root: string): Promise<string> {
  const hash = createHash('sha256')
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>
  }
  for (const tool of TOOLS) hash.update(`${tool}@${lock.packages[`node_modules/${tool}`]?.version}\n`)
  for (const folder of ['src/web', 'src/domain']) {
    const files = (await readdir(join(root, folder), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
    const contents = await Promise.all(files.map((file) => readFile(file)))
    for (const [index, file] of files.entries()) {
      hash.update(`${file.slice(root.length)}\n${contents[index]?.length}\n`).update(contents[index] ?? '')
    }
  }
  return hash.digest('hex')
}

/**
 * Runs Vite in a process of its own: it takes the environment of its process for that of the pages (under a test runner
 * it would build the development version of Vue) and leaves worker pipes open behind it.
 */
async function runVite(root: string, outDir: string): Promise<void> {
  const vite = fileURLToPath(new URL('bin/vite.js', import.meta.resolve('vite/package.json')))
  const config = join(root, 'src/web/vite.config.ts')
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '--config', config, '--configLoader', 'native', '--outDir', outDir, '--logLevel', 'warn'],
    { cwd: root, env: { ...process.env, NODE_ENV: 'production' } },
  )
}

/**
 * Builds `src/web` into `dist/web` where the pages there are not those of the present sources.
 * A build appears whole or not at all: it is made beside `dist/web` and then takes its place.
 */
export async function buildWeb({
  root,
  log,
}: {
  root: string
  log: (line: string) => void
}): Promise<'built' | 'fresh'> {
  const target = join(root, 'dist/web')
  const hash = await sourcesHash(root)
  const isFresh = async () => (await readFile(join(target, '.stamp'), 'utf8').catch(() => '')) === hash
  if (await isFresh()) {
    log('网页已是最新')
    return 'fresh'
  }
  log('正在生成网页(几秒钟)……')
  const started = performance.now()
  const fresh = join(root, 'dist', `.web-${process.pid}`)
  try {
    await runVite(root, fresh)
    await writeFile(join(fresh, '.stamp'), hash)
    await rm(target, { recursive: true, force: true })
    await rename(fresh, target).catch(async (cause: unknown) => {
      // Another process has put the same build there in between.
      if (!(await isFresh())) throw cause
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  log(`网页已生成,用时 ${((performance.now() - started) / 1000).toFixed(1)} 秒`)
  return 'built'
}

if (import.meta.main) {
  await buildWeb({ root: fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, ''), log: console.log })
}
