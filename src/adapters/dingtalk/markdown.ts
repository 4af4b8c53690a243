import { cutToBytes, neutraliseMentions, titleOf } from '../markdown.ts'

/** DingTalk breaks a line only after two spaces (API/0699). The title is what its notifications show. */
export function dingtalkMarkdown(markdown: string, maxBytes: number): { title: string; text: string } {
  const harmless = neutraliseMentions(markdown)
  return { title: titleOf(harmless), text: cutToBytes(harmless, maxBytes).replace(/(?<! ) *\n/g, '  \n') }
}

/** The `msgParam` of sampleMarkdown: JSON text of at most `maxBytes`, its text cut where escapes would exceed that. */
export function markdownParam(markdown: string, maxBytes: number): string {
  let room = maxBytes
  let param = JSON.stringify(dingtalkMarkdown(markdown, room))
  while (Buffer.byteLength(param) > maxBytes) {
    room = Math.floor(room * 0.9)
    param = JSON.stringify(dingtalkMarkdown(markdown, room))
  }
  return param
}
