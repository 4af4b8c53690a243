import { neutraliseMentions } from '../markdown.ts'

/** Without what could be read as a mention tag. Only removes, until nothing is left to remove. */
const withoutAtTags = (text: string): string => text.replace(/<[<\s]*(?=\/?\s*at\b)/gi, '')

/** Markdown as posts and cards of version 1 show it: they know no headings, which become bold lines. */
function shown(markdown: string): { title: string; text: string } {
  const safe = withoutAtTags(neutraliseMentions(markdown)).trim()
  const [, title, rest] = /^#{1,6} +([^\n]+)\n*([\s\S]*)$/.exec(safe) ?? [null, '', safe]
  const text = (rest ?? '').replace(/^#{1,6} +(.+)$/gm, (_, heading: string) => `**${bare(heading)}**`)
  return { title: bare(title ?? ''), text: text === '' ? bare(title ?? '') : text }
}

const bare = (line: string): string => line.replaceAll('**', '').trim()

/** The `content` of a post message: a `md` node alone in its paragraph (create_json.md). */
export function postContent(markdown: string): string {
  const { title, text } = shown(markdown)
  return JSON.stringify({ zh_cn: { title, content: [[{ tag: 'md', text }]] } })
}

/** A card of version 1 for custom bots. */
export function webhookCard(markdown: string): Record<string, unknown> {
  const { title, text } = shown(markdown)
  const header = title === '' ? {} : { header: { template: 'blue', title: { tag: 'plain_text', content: title } } }
  return { ...header, elements: [{ tag: 'markdown', content: text }] }
}
