import { spawnSync } from 'node:child_process'
import { constants, type KeyObject, publicEncrypt } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findCompiler } from '../../scripts/services/compiler.ts'

const SOURCE = join(import.meta.dirname, 'archive-sdk.c')

/** Compiles the library that stands in for the official SDK into a folder. */
export async function compileArchiveSdk(folder: string, source = SOURCE, name = 'sdk'): Promise<string> {
  const compiler = await findCompiler({ log: (line) => console.log(line) })
  const library = join(folder, `${name}.so`)
  const { status, stderr } = spawnSync(compiler, ['-shared', '-fPIC', '-O2', '-o', library, source], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${compiler} ended with code ${status}:\n${stderr}`)
  return library
}

/** How a record is sealed. */
export interface Seal {
  publicKey: KeyObject
  version: number
  /** The random key; the platform makes one for each message. */
  randomKey: string
  /** The random key under the public key, where it is at hand. */
  wrappedKey?: string
}

export const wrapKey = ({ publicKey, randomKey }: Seal): string =>
  publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(randomKey)).toString('base64')

/** What `DecryptData` of the stand-in undoes. */
function sealed(text: string, randomKey: string): string {
  const key = Buffer.from(randomKey)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] as number) ^ (key[at % key.length] as number)
  return bytes.toString('base64')
}

/** One line of GetChatData around a decrypted text. */
export function sealRecord(seq: bigint | number, msgid: string, text: string, seal: Seal): string {
  const fields = {
    msgid,
    publickey_ver: seal.version,
    encrypt_random_key: seal.wrappedKey ?? wrapKey(seal),
    encrypt_chat_msg: sealed(text, seal.randomKey),
  }
  return `{"seq":${seq},${JSON.stringify(fields).slice(1)}`
}

/** What the platform keeps, in a folder that the stand-in takes as its secret. */
export function writeArchive(folder: string, records: readonly string[], faults: readonly string[] = []): void {
  // In one step: a stand-in that runs looks at any time.
  writeFileSync(join(folder, 'records.next'), records.map((record) => `${record}\n`).join(''))
  renameSync(join(folder, 'records.next'), join(folder, 'records'))
  writeFileSync(join(folder, 'faults'), faults.map((fault) => `${fault}\n`).join(''))
}
