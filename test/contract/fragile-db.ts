import type { Kysely } from 'kysely'
import type { Tables } from '../../src/store/tables.ts'

/** A database that can be out of reach: everything asked of it fails then, as it does where no connection can be had. */
export function fragileDb(db: Kysely<Tables>): { db: Kysely<Tables>; down(isDown: boolean): void } {
  let isDown = false
  const unreachable = () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
  const fragile = new Proxy(db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (!isDown) return value.bind(target)
      return name === 'transaction' ? () => ({ execute: async () => unreachable() }) : unreachable
    },
  })
  return {
    db: fragile,
    down(now) {
      isDown = now
    },
  }
}
