const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char)

/** An escaped character, code, a link with https, bold; in this order of precedence at one place. */
const MARKS =
  /\\(&(?:amp|lt|gt|quot|#39);|[!-/:-@[-`{-~])|`([^`\n]+)`|\[((?:\\.|[^[\]\\\n])+)\]\((https:\/\/[^\s()]+)\)|\*\*(?!\s)((?:\\.|[^\\\n])+?)\*\*/g

/** Inline marks of a text that is HTML-escaped already. An address is never read for marks. */
const inline = (escaped: string): string =>
  escaped.replace(
    MARKS,
    (_, literal?: string, code?: string, text?: string, address?: string, bold?: string): string => {
      if (literal !== undefined) return literal
      if (code !== undefined) return `<code>${code}</code>`
      if (text === undefined) return `<strong>${inline(bold ?? '')}</strong>`
      return `<a href="${address}" target="_blank" rel="noopener noreferrer nofollow">${inline(text)}</a>`
    },
  )

interface Block {
  /** The element that lines of this kind are gathered in; a null `tag` is written as it is. */
  tag: 'p' | 'ul' | 'ol' | 'blockquote' | null
  html: string
}

/** Reads one line that is escaped already; null for an empty one. */
function readLine(line: string): Block | null {
  if (line.trim() === '') return null
  const heading = /^\s{0,3}(#{1,6})\s+(\S.*)$/.exec(line)
  if (heading?.[1] && heading[2]) {
    // The page has its own h1 and h2, so that a digest's headings begin one level below.
    const level = Math.min(heading[1].length + 2, 6)
    return { tag: null, html: `<h${level}>${inline(heading[2].trimEnd())}</h${level}>` }
  }
  if (/^\s{0,3}(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line)) return { tag: null, html: '<hr>' }
  const bullet = /^(\s*)[-*+•]\s+(.+)$/.exec(line)
  if (bullet?.[2]) {
    const nested = (bullet[1] ?? '').length >= 2 ? ' class="nested"' : ''
    return { tag: 'ul', html: `<li${nested}>${inline(bullet[2])}</li>` }
  }
  const numbered = /^\s*(\d{1,6})[.)]\s+(.+)$/.exec(line)
  if (numbered?.[1] && numbered[2]) return { tag: 'ol', html: `<li value="${numbered[1]}">${inline(numbered[2])}</li>` }
  const quote = /^\s{0,3}&gt;\s?(.*)$/.exec(line)
  if (quote) return { tag: 'blockquote', html: inline(quote[1] ?? '') }
  return { tag: 'p', html: inline(line.trim()) }
}

/**
 * Markdown in the subset that the bot writes (headings, bold, lists, quotes, code, https links, rules) as HTML.
 * Everything is escaped before anything is read, so that no text of a message can become an element or attribute.
 */
export function renderMarkdown(markdown: string): string {
  const html: string[] = []
  let open: Block['tag'] = null
  const close = () => {
    if (open) html.push(`</${open}>`)
    open = null
  }
  for (const line of escapeHtml(markdown).split(/\r\n?|\n/)) {
    const block = readLine(line)
    if (block === null || block.tag === null) {
      close()
      if (block) html.push(block.html)
      continue
    }
    const continues = open === block.tag
    if (!continues) {
      close()
      html.push(`<${block.tag}>`)
      open = block.tag
    }
    const breaks = continues && (block.tag === 'p' || block.tag === 'blockquote')
    html.push(breaks ? `<br>${block.html}` : block.html)
  }
  close()
  return html.join('')
}
