import { timingSafeEqual } from 'node:crypto'

/** Compares a signature with the expected one without telling by its duration how much of it is right. */
export function equalInConstantTime(given: string, expected: string): boolean {
  const left = Buffer.from(given, 'utf8')
  const right = Buffer.from(expected, 'utf8')
  return left.length === right.length && timingSafeEqual(left, right)
}
