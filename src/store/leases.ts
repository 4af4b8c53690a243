import { type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

/**
 * Takes or renews a lease for `ms` milliseconds; false where another holder's has not run out. Time is the store's:
 * the clocks of two nodes may differ by minutes.
 */
export async function takeLease(db: Kysely<Tables>, name: string, holder: string, ms: number): Promise<boolean> {
  const { rows } = await sql`
    insert into leases as l (name, holder, until)
    values (${name}, ${holder}, clock_timestamp() + ${`${ms} milliseconds`}::interval)
    on conflict (name) do update set holder = excluded.holder, until = excluded.until
    where l.holder = excluded.holder or l.until <= clock_timestamp()
    returning name`.execute(db)
  return rows.length > 0
}

/** Gives a lease back at once, so that another node need not wait for it to run out. */
export async function releaseLease(db: Kysely<Tables>, name: string, holder: string): Promise<void> {
  await db.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute()
}
