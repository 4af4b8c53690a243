/**
 * Somebody's words as plain text inside markdown: one line, no formatting, no link, no mention of everybody.
 * A zero-width space after `@` keeps the words readable and rings nobody's phone.
 */
export const markdownText = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .replace(/[\\`*_[\]<>#|~]/g, (character) => `\\${character}`)
    .replace(/[@@]/g, '@\u200b')
