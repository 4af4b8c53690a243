/** What a reply answers, as far as its text tells. */
export interface ReplyParts {
  quoted: string | null
  text: string
}

/** Clients of WeCom and of WeChat. Taken from practice: page 91774 describes neither. */
const PATTERNS = [
  /^(?:这是一条引用\/回复消息[::]|This is a quote\/reply:)\s*["“][^\n]*[::][ ]?\n(?<quoted>.*?)["”]\n-{6}\n(?<text>.+)$/su,
  /^「[^\n]*?[::](?<quoted>.*?)」\n(?:- ){6,}-\n(?<text>.+)$/su,
]

/** Takes a reply apart: the archive writes the quoted message into the text. Anything else is all text. */
export function splitReply(content: string): ReplyParts {
  for (const pattern of PATTERNS) {
    const { quoted, text } = pattern.exec(content)?.groups ?? {}
    if (quoted !== undefined && text !== undefined) return { quoted: quoted.trim(), text }
  }
  return { quoted: null, text: content }
}
