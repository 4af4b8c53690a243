import { readFileSync } from 'node:fs'

/** A recorded payload of `fixtures/`. */
export const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))
