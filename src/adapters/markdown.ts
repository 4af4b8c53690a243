/**
 * Takes the calling power out of `@所有人`, `@all` and WeCom's `<@userid>`, which quoted words of users may contain:
 * the bot never calls on everyone. Only removes characters, so that a text never grows beyond its limit.
 */
export const neutraliseMentions = (markdown: string): string =>
  markdown.replace(/(?<!@)@+(?=所有人|全体成员|all(?![a-z0-9]))/gi, '').replace(/<@+/g, '<')

/** The longest beginning of at most `maxBytes` bytes of UTF-8, closed with `…` where something was cut. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  let bytes = Buffer.byteLength('…')
  let end = 0
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes) break
    end += character.length
  }
  return `${text.slice(0, end)}…`
}

/** The first `most` characters, closed with `…` where something was cut; it counts as one of them. */
export function cutToCharacters(text: string, most: number): string {
  const characters = Array.from(text)
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`
}

/** One short line that names a markdown text, for clients that show a title beside it. */
export function titleOf(markdown: string): string {
  const line = markdown.split('\n').find((candidate) => /[\p{L}\p{N}]/u.test(candidate)) ?? ''
  const plain = line.replace(/[#>*`_[\]]/g, '').trim()
  return plain === '' ? '清群' : Array.from(plain).slice(0, 20).join('')
}

/** Markdown without its marks, for clients that show a text as it is written. */
export const plainText = (markdown: string): string =>
  markdown
    .replace(/^#{1,6} +/gm, '')
    .replaceAll('**', '')
    .replace(/\[([^\]\n]*)\]\((https?:\/\/[^)\s]+)\)/g, '$1 $2')
