import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { type PolicyFile, readPolicyFile } from '../../src/app/policy-files.ts'
import { createPolicyReload } from '../../src/app/policy-reload.ts'

const RULE = '  - id: no-boasting\n    when: { label: boast }\n    then: [record]\n'
const FIRST = `name: 甲\nrules:\n${RULE}`
const SECOND = `name: 乙\nrules:\n${RULE}${RULE.replace('no-boasting', 'no-checkins').replace('boast', 'checkin')}`

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function watched() {
  const folder = await mkdtemp(join(tmpdir(), 'qingqun-policy-'))
  folders.push(folder)
  const path = join(folder, 'policy.yaml')
  await writeFile(path, FIRST)
  const taken: PolicyFile[] = []
  const refused: string[] = []
  const look = createPolicyReload({
    read: () => readPolicyFile({ POLICY_FILE: path }, folder, 'standard.yaml'),
    source: FIRST,
    take: async (file) => {
      taken.push(file)
    },
    onRefused: ({ message }) => refused.push(message),
  })
  return { path, look, taken, refused }
}

it('takes a policy file that was changed, once, after it has stayed the same for two looks', async () => {
  const { path, look, taken } = await watched()
  await look()
  await writeFile(path, SECOND)
  await look()
  expect(taken).toEqual([])
  for (let looks = 0; looks < 3; looks++) await look()
  expect(taken.map(({ source }) => source)).toEqual([SECOND])
})

it('changes nothing by a file that is half written, even where its first half is a policy by itself', async () => {
  const { path, look, taken, refused } = await watched()
  await writeFile(path, SECOND.slice(0, SECOND.indexOf('  - id: no-checkins')))
  await look()
  await writeFile(path, SECOND.slice(0, -12))
  await look()
  await look()
  expect(refused).toHaveLength(1)
  expect(refused[0]).toMatch(/policy\.yaml:\d+:\d+/)
  await writeFile(path, SECOND)
  await look()
  await look()
  expect(taken.map(({ source }) => source)).toEqual([SECOND])
})

it('keeps what is in force where the file is gone, and says so once', async () => {
  const { path, look, taken, refused } = await watched()
  await rm(path)
  for (let looks = 0; looks < 3; looks++) await look()
  expect(taken).toEqual([])
  expect(refused).toHaveLength(1)
})
