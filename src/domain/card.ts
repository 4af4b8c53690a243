/** A button beside something the bot says. Pressing it tells the bot `command`, e.g. `销号 3`, as if it had been typed. */
export interface CardButton {
  text: string
  command: string
  /** Said in private chat with the bot, not in the group that the words are about: it concerns nobody else. */
  inPrivate?: boolean | undefined
}

/**
 * What a channel that can show buttons puts around a body. The body never leans on it: it says in words what the
 * buttons do, so that a channel without cards says the body alone and nothing is lost.
 */
export interface Card {
  title: string
  /** One to six. */
  buttons: readonly CardButton[]
}

/** A picture beside a body, which says in words what it shows. */
export interface Picture {
  png: Uint8Array
  /** What it shows, for those who cannot see it and for channels that cannot carry it. */
  description: string
}
