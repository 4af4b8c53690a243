import { foldText } from './words.ts'

const MEDIA = /\[[^\]\s]{1,8}\]/gu

/** True where clients show nothing but pictures, videos, voices or stickers. */
export const isMediaOnly = (text: string): boolean => /^(?:\s*\[[^\]\s]{1,8}\])+\s*$/u.test(text)

/**
 * A number that texts share which say the same but for width, case, spaces, marks and media; null where nothing is
 * left. FNV-1a over code units, 32 bits, signed as the store keeps it: a coincidence is rarer than a window is full.
 */
export function textKey(text: string): number | null {
  const plain = foldText(text.replace(MEDIA, '')).replace(/[^\p{L}\p{N}]/gu, '')
  if (plain === '') return null
  let value = 0x811c9dc5
  for (let index = 0; index < plain.length; index++) value = Math.imul(value ^ plain.charCodeAt(index), 0x01000193)
  return value | 0
}
