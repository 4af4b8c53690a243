import { neutraliseMentions } from '../markdown.ts'
import { replaceMemberMarks } from '../member-marks.ts'

/** A picture that was uploaded. */
export interface FeishuImage {
  key: string
  description: string
}

/** Without what could be read as a mention tag. Only removes, until nothing is left to remove. */
const withoutAtTags = (text: string): string => text.replace(/<[<\s]*(?=\/?\s*at\b)/gi, '')

/** Posts and cards of version 1 know no headings, which become bold lines. */
const boldHeadings = (markdown: string): string =>
  markdown.replace(/^#{1,6} +(.+)$/gm, (_, heading: string) => `**${bare(heading)}**`)

const bare = (line: string): string => line.replaceAll('**', '').trim()

const safe = (markdown: string): string => withoutAtTags(neutraliseMentions(markdown)).trim()

/** Markdown with its first heading taken for a title. */
function shown(markdown: string): { title: string; text: string } {
  const [, title, rest] = /^#{1,6} +([^\n]+)\n*([\s\S]*)$/.exec(markdown) ?? [null, '', markdown]
  const text = boldHeadings(rest ?? '')
  return { title: bare(title ?? ''), text: text === '' ? bare(title ?? '') : text }
}

/** Only members: `all` would call on everyone. */
const marked = (text: string, tag: (openId: string) => string): string =>
  replaceMemberMarks(text, (memberId) => (/^ou_\w{1,200}$/.test(memberId) ? tag(memberId) : ''))

/** The `content` of a post message: a `md` node alone in its paragraph, so is a picture (create_json.md). */
export function postContent(markdown: string, image?: FeishuImage): string {
  const { title, text } = shown(safe(markdown))
  const said = marked(text, (openId) => `<at user_id="${openId}"></at> `)
  const pictured = image === undefined ? [] : [[{ tag: 'img', image_key: image.key }]]
  const content = [[{ tag: 'md', text: said }], ...pictured]
  return JSON.stringify({ zh_cn: { title: marked(title, () => ''), content } })
}

/** A card of version 1 for custom bots. */
export function webhookCard(markdown: string): Record<string, unknown> {
  const { title, text } = shown(safe(markdown))
  const said = { tag: 'markdown', content: marked(text, atInCard) }
  return title === '' ? { elements: [said] } : { header: cardHeader(marked(title, () => '')), elements: [said] }
}

/** The text element of a card. */
export const cardText = (markdown: string): Record<string, unknown> => ({
  tag: 'markdown',
  content: marked(boldHeadings(safe(markdown)), atInCard),
})

export const cardHeader = (title: string): Record<string, unknown> => ({
  template: 'blue',
  title: { tag: 'plain_text', content: title },
})

const atInCard = (openId: string): string => `<at id=${openId}></at> `
