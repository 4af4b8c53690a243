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
  SILENT_CONFIRM_POST,
} from './templates.ts'

/** Shorter stretches occur in ordinary talk. */
const MIN_STRETCH = 12

const plainOf = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')

let stretches: RegExp | undefined

/** The stretches of the bot's sentences that are the same each time. */
function ownStretches(): RegExp {
  const texts = [
    ...[ON_A_RULE, ...Object.values(REMINDERS)].flatMap(({ seen, welcome }) => [...seen, ...welcome]),
    ...OWNER_NOTES,
    ...Object.values(OWNER_ADVICE),
    ...GROUP_NOTES,
    ...GROUP_WELCOME,
    ...SILENT_CONFIRM,
    ...SILENT_CONFIRM_HOW,
    SILENT_CONFIRM_POST,
    ...DETAILS_ASKED,
    ...DETAILS_HOW,
    ...APPEALS,
  ]
  // A better wording that the bot proposes stays with the words before it: to follow the advice is not to quote it.
  const all = texts
    .flatMap((text) => text.split(/\{\w+\}|。/))
    .map(plainOf)
    .filter((stretch) => stretch.length >= MIN_STRETCH)
  // Letters and figures alone: nothing in them is read as an operator.
  return new RegExp(all.join('|'), 'u')
}

/** True where the message repeats a sentence of the bot, as somebody does who shows others what it said. */
export function repeatsTheBot(text: string): boolean {
  const plain = plainOf(text)
  if (plain.length < MIN_STRETCH) return false
  stretches ??= ownStretches()
  return stretches.test(plain)
}
