import { XMLParser } from 'fast-xml-parser'
import { decodeUtf8 } from '../json-body.ts'
import { refusal } from '../refusal.ts'

/** Deeper than any event of pages 90240 and 90241 (2026-03) nests. */
const MAX_DEPTH = 8
/** Elements that may stand once or many times and are lists either way (page 90240). */
const LISTS: ReadonlySet<string> = new Set(['SelectedItem', 'OptionId', 'Item'])

const parser = new XMLParser({
  processEntities: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  // Ids have 64 bits, more than a number holds.
  parseTagValue: false,
  trimValues: false,
  maxNestedTags: MAX_DEPTH,
  isArray: (name) => LISTS.has(name),
})

const invalid = (message: string) =>
  refusal(400, 'BODY_INVALID', message, '自建应用的回调是企业微信的 XML,不含 DTD 和实体')

/**
 * The contents of `Encrypt` in what is posted. It is base64 between two tags, so it is found without a parser: nobody
 * has vouched for these bytes yet, and parsing a mebibyte of them takes half a second.
 */
export function encryptedXml(body: Buffer): string {
  const text = decodeUtf8(body)
  if (/<!(?!\[CDATA\[)/.test(text)) throw invalid('请求体含有 XML 声明')
  const found = /<Encrypt>\s*(?:<!\[CDATA\[([A-Za-z0-9+/=]+)\]\]>|([A-Za-z0-9+/=]+))\s*<\/Encrypt>/.exec(text)
  const encrypted = found?.[1] ?? found?.[2]
  if (encrypted === undefined) throw invalid('请求体缺少 Encrypt')
  return encrypted
}

/**
 * The children of `<xml>`: texts as strings, numbers too. Throws CodedError 400 for anything else, for a DTD and for
 * nesting without end. What members write stands in CDATA and may well look like a DTD.
 */
export function parseAppXml(text: string): Record<string, unknown> {
  if (/<!/.test(text.replace(/<!\[CDATA\[.*?\]\]>/gs, ''))) throw invalid('内容含有 XML 声明')
  let root: unknown
  try {
    root = parser.parse(text)
  } catch {
    // The parser's own message quotes the text, which must not reach a log.
    throw invalid('内容不是有效的 XML')
  }
  const children = typeof root === 'object' && root !== null && 'xml' in root ? root.xml : undefined
  if (typeof children !== 'object' || children === null || Array.isArray(children))
    throw invalid('内容不是 <xml>…</xml>')
  return children as Record<string, unknown>
}
