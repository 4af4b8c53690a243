import type { Decision } from '../domain/decision.ts'
import { LABEL_NAMES, type Label } from '../domain/label.ts'
import type { Rule } from '../domain/policy.ts'
import { safeText } from '../domain/safe-text.ts'
import { reliesOnVerdict } from './conditions.ts'
import {
  APPEALS,
  DETAILS_ASKED,
  DETAILS_HOW,
  GROUP_NOTES,
  GROUP_WELCOME,
  ON_A_RULE,
  OWNER_ADVICE,
  OWNER_NOTES,
  REMINDERS,
  SILENT_CONFIRM,
  SILENT_CONFIRM_HOW,
  type Variants,
} from './templates.ts'

/** Longest text of the bot to or about one message, in UTF-16 code units. */
const MAX_WORDS = 300
const MAX_EXCERPT = 30
const MAX_TITLE = 40

/** A number of an identity card, a bank card or the like: not repeated, not even to the one who said it. */
export const PERSONAL_NUMBER = /\d{15,}x?/gi

/** Below this a clause is left out rather than cut to a stump. */
const MIN_CLAUSE = 20

export interface PhraseContext {
  rule: Rule | undefined
  label: Label
  /** The message; cut and made safe here. */
  excerpt: string
  /** How many such messages there were, where that is known. */
  count?: number
  /** What the words are said for, e.g. the outbox cause; it chooses the variant. */
  cause?: string
}

/**
 * The words for a decision, as markdown of at most 300 characters; empty for `record` and `recall`. The same decision is always
 * worded alike. Says why, what would be welcome instead, and how to object; names nobody, and in the group points at
 * no message either.
 */
export function phrase(decision: Decision, context: PhraseContext): string {
  const { rule, label, count } = context
  const seed = hash(context.cause ?? [decision.rule, decision.to, decision.notBefore, context.excerpt].join('\n'))
  const excerpt = safeText(context.excerpt.replace(PERSONAL_NUMBER, '(号码)'), MAX_EXCERPT) || '(无文字)'
  const fill = (variants: Variants, salt: number) =>
    pick(variants, seed, salt)
      .replaceAll('{label}', LABEL_NAMES[label])
      .replaceAll('{count}', count === undefined ? '多条' : ` ${count} 条`)
      // Last, and by a function: what a message says is never read as a template.
      .replaceAll('{excerpt}', () => excerpt)
  const title = rule?.title === undefined ? '' : `\n\n本群约定:${safeText(rule.title, MAX_TITLE)}`
  const appeal = fill(APPEALS, 2)
  switch (decision.action) {
    case 'record':
    case 'recall':
      return ''
    case 'ask-for-details':
      return withClause(`${fill(DETAILS_ASKED, 0)}\n\n${fill(DETAILS_HOW, 1)}${title}`, rule, appeal)
    case 'remind-sender': {
      const { seen, welcome } = rule && !reliesOnVerdict(rule) ? ON_A_RULE : REMINDERS[label]
      return withClause(`${fill(seen, 0)}\n\n${fill(welcome, 1)}${title}`, rule, appeal)
    }
    case 'note-owner':
      return withClause(`${fill(OWNER_NOTES, 0)}\n\n${OWNER_ADVICE[label]}${title}`, rule, appeal)
    case 'note-group':
      return withClause(`${fill(GROUP_NOTES, 0)}\n\n${fill(GROUP_WELCOME, 1)}${title}`, rule, appeal)
    case 'offer-silent-confirm':
      return withClause(`${fill(SILENT_CONFIRM, 0)}\n\n${fill(SILENT_CONFIRM_HOW, 1)}${title}`, rule, appeal)
  }
}

/** The clause gets the room that the rest leaves. */
function withClause(body: string, rule: Rule | undefined, appeal: string): string {
  const lead = '\n依据:'
  const room = MAX_WORDS - body.length - lead.length - appeal.length - 2
  const clause = rule?.clause === undefined || room < MIN_CLAUSE ? '' : lead + clauseText(rule.clause, room)
  return `${body}${clause}\n\n${appeal}`
}

/** Cut by code points, then by code units: the limit is in units, and a pair may stand for one character. */
function clauseText(clause: string, units: number): string {
  let limit = units
  let text = safeText(clause, limit)
  while (text.length > units) text = safeText(clause, --limit)
  return text
}

const pick = (variants: Variants, seed: number, salt: number): string =>
  variants[Math.floor(seed / 3 ** salt) % variants.length] as string

/** FNV-1a over code units, 32 bits: stable across runs and machines. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return value
}
