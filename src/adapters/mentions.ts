import type { Mention } from '../domain/message.ts'

const EVERYONE = /^(?:所有人|全体成员|all)$/i
/** `@name` up to white space, punctuation or the end; not the middle of an e-mail address. */
const MENTION = /(?<![\w.+-])@([^\s@,,。.;;::!!??、()()]{1,64})(?=[\s@,,。.;;::!!??、()()]|$)/gu

/** The people a text addresses with `@`, by the names it uses, each once. */
export function mentionsInText(text: string): Mention[] {
  const names = new Set<string>()
  for (const [, name] of text.matchAll(MENTION)) if (name !== undefined) names.add(name)
  const mentions: Mention[] = []
  for (const name of names) {
    if (!EVERYONE.test(name)) mentions.push({ name })
    else if (!mentions.some((mention) => mention.everyone)) mentions.push({ everyone: true })
  }
  return mentions
}
