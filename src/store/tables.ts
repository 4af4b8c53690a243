import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { Card } from '../domain/card.ts'
import type { Action, Hold, Purpose } from '../domain/decision.ts'
import type { Flag, Label } from '../domain/label.ts'
import type { LedgerEventBody, LedgerItem } from '../domain/ledger.ts'
import type { GroupMessage, Mention, Role } from '../domain/message.ts'
import type { Evidence, JudgeInput, Verdict } from '../domain/verdict.ts'

/** Written as JSON text, read as a value. */
type Json<T> = ColumnType<T, string, string>
type Timestamp = ColumnType<Date, Date | string, Date | string>

interface GroupKey {
  tenant_id: string
  group_id: string
}

interface GroupsTable extends GroupKey {
  adapter: string
  channel_id: string
  chat: GroupMessage['chat']
  name: string | null
  owner_id: string | null
  next_number: Generated<number>
  version: Generated<number>
  created_at: Timestamp
  trial_reported_at: Timestamp | null
}

interface MembersTable extends GroupKey {
  member_id: string
  name: string
  role: Role
  position: Generated<string>
}

interface PoliciesTable extends GroupKey {
  version: number
  source: string
  author: string
  reason: string
  created_at: Timestamp
  /** The version that this one brings back; 0 for the tenant's default, null for one of its own. */
  restores: Generated<number | null>
}

interface MessagesTable extends GroupKey {
  message_id: string
  position: Generated<string>
  kind: GroupMessage['kind']
  sender_id: string
  sender_name: string | null
  sender_role: Role
  text: string
  mentions: Json<Mention[]>
  addresses_bot: boolean
  quote: Json<GroupMessage['quote'] | null> | null
  sent_at: Timestamp
  received_at: Timestamp
  label: Label | null
  confidence: number | null
  flags: Json<Flag[]> | null
  probabilities: Json<Record<Label, number>> | null
  evidence: Json<Evidence[]> | null
  judged_by: string | null
  recalled_at: Generated<Date | null>
  edited_at: Generated<Date | null>
  edited_text: Generated<string | null>
}

interface LabelCountsTable extends GroupKey {
  day: ColumnType<Date, string, string>
  label: Label
  messages: number
}

interface LedgerEventsTable extends GroupKey {
  number: number
  sequence: number
  type: LedgerEventBody['type']
  message_id: string
  member_id: string
  at: Timestamp
  body: Json<LedgerEventBody>
}

interface LedgerItemsTable extends GroupKey {
  number: number
  kind: LedgerItem['kind']
  state: LedgerItem['state']
  is_open: boolean
  due: Timestamp | null
  opened_at: Timestamp
  changed_at: Timestamp
  item: Json<LedgerItem>
}

interface DecisionsTable extends GroupKey {
  message_id: string
  rule: string
  action: Action
  sender_id: string
  recipient: string | null
  reason: string
  held: Hold | null
  policy_version: number
  simulated: boolean
  not_before: Timestamp
  at: Timestamp
}

/**
 * `queued` waits for its moment · `sending` is with a channel · `sent` · `held` was kept back and will not be said ·
 * `dropped` expired · `failed` was refused for good · `uncertain`: the process died while sending, so it is not repeated.
 */
export type OutboxState = 'queued' | 'sending' | 'sent' | 'held' | 'dropped' | 'failed' | 'uncertain'

interface OutboxTable extends GroupKey {
  outbox_id: string
  cause: string
  message_id: string | null
  /** A member id, or `GROUP` of outbound.ts. */
  recipient: string
  purpose: Purpose
  channel: string
  body: string
  state: OutboxState
  held: Hold | null
  not_before: Timestamp
  expires_at: Timestamp
  created_at: Timestamp
  changed_at: Timestamp
  attempts: Generated<number>
  parts_sent: Generated<number>
  /** Into parts of how many bytes the body is split; null until a part is out. */
  part_bytes: Generated<number | null>
  /** The order of writing. */
  serial: Generated<string>
  code: string | null
  hint: string | null
  card: Json<Card> | null
  /** PNG, until it is said or will not be; its description stays. */
  picture: Uint8Array | null
  picture_description: string | null
  /** What the platform calls the message that was said; null where it says nothing, or it was said in parts. */
  receipt: string | null
}

interface AppealsTable extends GroupKey {
  message_id: string
  rule: string
  member_id: string
  reason: string
  state: 'open' | 'upheld' | 'rejected'
  at: Timestamp
  number: GeneratedAlways<number>
  decided_by: string | null
  decided_at: Timestamp | null
  decision_reason: string | null
}

interface CorrectionsTable extends GroupKey {
  correction_id: string
  position: Generated<string>
  message_id: string
  seen: Json<JudgeInput>
  said: Json<Verdict>
  said_by: string
  label: Label
  flags: Json<Flag[]>
  source: 'admin' | 'appeal'
  appeal_id: string | null
  made_by: string
  reason: string
  made_at: Timestamp
  withdrawn_by: string | null
  withdrawn_at: Timestamp | null
}

interface TenantModelsTable {
  tenant_id: string
  model_id: string
  position: Generated<string>
  /** `taken` is in force until a later one is taken; `refused` never was; `undone` was, and is not any more. */
  state: 'taken' | 'refused' | 'undone'
  version: string
  base_version: string
  header: string | null
  weights: Uint8Array | null
  report: Json<unknown>
  created_at: Timestamp
  undone_at: Timestamp | null
}

interface SecondOpinionsTable extends GroupKey {
  message_id: string
  first: Json<Verdict>
  first_by: string
  given_by: string
  at: Timestamp
}

interface SecondOpinionDaysTable {
  day: ColumnType<Date, string, string>
  requests: number
}

interface CursorsTable {
  tenant_id: string
  channel: string
  value: string
  moved_at: Timestamp
}

interface RuleMatchesTable extends GroupKey {
  rule: string
  message_id: string
  seq: Generated<string>
  sender_id: string
  sent_at: Timestamp
  text_key: number | null
  answers: string | null
}

interface DemandsTable extends GroupKey {
  message_id: string
  sender_id: string
  sent_at: Timestamp
  hashes: number[]
  bands: number[]
}

interface SilencesTable extends GroupKey {
  silence_id: string
  kind: 'emergency' | 'paused'
  since: Timestamp
  until: Timestamp
  made_by: string
  reason: string
  ended_at: Timestamp | null
  ended_by: string | null
}

interface ConfirmationsTable extends GroupKey {
  number: number
  message_id: string
  asker_id: string
  asked_at: Timestamp
  offered_at: Timestamp
  started_at: Timestamp | null
  started_by: string | null
}

interface ConfirmationReadsTable extends GroupKey {
  message_id: string
  member_id: string
  at: Timestamp
}

interface LeasesTable {
  name: string
  holder: string
  until: Timestamp
}

interface DingtalkSessionsTable extends GroupKey {
  /** A secret. */
  url: string
  expires_at: Timestamp
}

interface GroupRegistryTable extends GroupKey {
  purpose: string | null
  temporary: boolean
  ends_on: ColumnType<Date | null, string | null, string | null>
  registered_by: string
  registered_at: Timestamp
}

interface GroupCheckWeeksTable {
  tenant_id: string
  week: ColumnType<Date, string, string>
  checked_at: Timestamp
}

interface GroupSuggestionsTable extends GroupKey {
  kind: string
  other_group_id: string
  week: ColumnType<Date, string, string>
  recipient: string
  reason: string
  facts: Json<unknown>
  simulated: boolean
  at: Timestamp
}

/** All tables of the store; the schema is in `migrations/`. */
export interface Tables {
  groups: GroupsTable
  members: MembersTable
  policies: PoliciesTable
  messages: MessagesTable
  label_counts: LabelCountsTable
  ledger_events: LedgerEventsTable
  ledger_items: LedgerItemsTable
  decisions: DecisionsTable
  outbox: OutboxTable
  appeals: AppealsTable
  corrections: CorrectionsTable
  tenant_models: TenantModelsTable
  second_opinions: SecondOpinionsTable
  second_opinion_days: SecondOpinionDaysTable
  cursors: CursorsTable
  leases: LeasesTable
  dingtalk_sessions: DingtalkSessionsTable
  rule_matches: RuleMatchesTable
  demands: DemandsTable
  silences: SilencesTable
  confirmations: ConfirmationsTable
  confirmation_reads: ConfirmationReadsTable
  group_registry: GroupRegistryTable
  group_check_weeks: GroupCheckWeeksTable
  group_suggestions: GroupSuggestionsTable
}
