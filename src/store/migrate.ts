import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { CodedError } from '../domain/errors.ts'
import { up as groupsAndMessages } from './migrations/0001-groups-and-messages.ts'
import { up as ledger } from './migrations/0002-ledger.ts'
import { up as outbox } from './migrations/0003-outbox.ts'
import { up as appeals } from './migrations/0004-appeals.ts'
import { up as corrections } from './migrations/0005-corrections.ts'
import { up as secondOpinions } from './migrations/0006-second-opinions.ts'
import { up as listeners } from './migrations/0007-listeners.ts'
import { up as outboxForms } from './migrations/0008-outbox-forms.ts'
import { up as sessions } from './migrations/0009-sessions.ts'
import { up as outboxLines } from './migrations/0010-outbox-lines.ts'
import { up as policyWindows } from './migrations/0011-policy-windows.ts'
import { up as appealDecisions } from './migrations/0012-appeal-decisions.ts'
import { up as confirmations } from './migrations/0013-confirmations.ts'
import { up as groupRegistry } from './migrations/0014-group-registry.ts'
import { up as policyRestores } from './migrations/0015-policy-restores.ts'
import { up as openingMessages } from './migrations/0016-opening-messages.ts'

/** Numbered once and never changed: a deployment may stand at any of them. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-groups-and-messages': { up: groupsAndMessages },
  '0002-ledger': { up: ledger },
  '0003-outbox': { up: outbox },
  '0004-appeals': { up: appeals },
  '0005-corrections': { up: corrections },
  '0006-second-opinions': { up: secondOpinions },
  '0007-listeners': { up: listeners },
  '0008-outbox-forms': { up: outboxForms },
  '0009-sessions': { up: sessions },
  '0010-outbox-lines': { up: outboxLines },
  '0011-policy-windows': { up: policyWindows },
  '0012-appeal-decisions': { up: appealDecisions },
  '0013-confirmations': { up: confirmations },
  '0014-group-registry': { up: groupRegistry },
  '0015-policy-restores': { up: policyRestores },
  '0016-opening-messages': { up: openingMessages },
}

/** Brings the schema up to date; safe with several nodes starting at once (the migrator locks). */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error } = await migrator.migrateToLatest()
  if (!error) return
  if (error instanceof Error && /corrupted migrations/.test(error.message)) {
    throw new CodedError('SCHEMA_TOO_NEW', '数据库是更新版本的清群建立的 (the database was made by a newer version)', {
      hint: '请升级清群,或换用另一个数据库。',
      cause: error,
    })
  }
  throw error
}

/** How many migrations the schema still lacks; reads and changes nothing. */
export async function pendingMigrations<T>(db: Kysely<T>): Promise<number> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  return (await migrator.getMigrations()).filter(({ executedAt }) => executedAt === undefined).length
}
