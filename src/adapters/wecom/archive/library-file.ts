import { closeSync, openSync, readSync } from 'node:fs'

/** `e_machine` of ELF (gABI, generic ABI 4.1) for the machines the SDK exists for. */
const MACHINES: Readonly<Record<number, string>> = { 3: 'x86', 40: 'arm', 62: 'x64', 183: 'arm64' }
const HEADER_BYTES = 20

/**
 * What machine an ELF library is made for, as `process.arch` says it; null where the bytes are no ELF library. The
 * loader itself says "no such file" of a library for another machine, which sends people looking in the wrong place.
 */
export function machineOf(header: Uint8Array): string | null {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (view.byteLength < HEADER_BYTES || view.getUint32(0) !== 0x7f454c46) return null
  const machine = view.getUint16(18, view.getUint8(5) === 1)
  return MACHINES[machine] ?? `machine ${machine}`
}

/** The first bytes of a file; null where it cannot be read. */
export function headerOf(path: string): Uint8Array | null {
  try {
    const file = openSync(path, 'r')
    try {
      const header = Buffer.alloc(HEADER_BYTES)
      return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}
