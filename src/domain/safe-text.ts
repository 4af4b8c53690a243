const ELLIPSIS = '…'

/** Marks that start markup or a mention on some client. */
const MARKUP = /[\\`*_~[\]<>#|!&@]/g
/** Controls, zero-width and direction marks: invisible, and able to hide or reorder what follows. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu

const FULL_WIDTH_OFFSET = 0xfee0

/**
 * Somebody else's words, safe inside markdown of ours: one line, no markup, no mention, at most `limit` characters.
 * Markup and `@` become their full-width forms, U+FF20 for `@`: a backslash escape would be shown as it is by clients
 * whose markdown has none, as that of WeCom's webhook robots.
 */
export function safeText(text: string, limit = Infinity): string {
  // Only the head is read: a code point takes at most two code units, and marks that vanish are rarely more than half.
  const head = text
    .slice(0, limit * 4 + 64)
    .toWellFormed()
    .replace(INVISIBLE, ' ')
    .trim()
  const characters = [...head]
  const cut =
    characters.length > limit
      ? characters
          .slice(0, limit - 1)
          .join('')
          .trimEnd() + ELLIPSIS
      : head
  return cut.replace(MARKUP, (mark) => String.fromCodePoint((mark.codePointAt(0) ?? 0) + FULL_WIDTH_OFFSET))
}
