import { type Document, type ErrorCode, isAlias, visit, type YAMLError } from 'yaml'
import type { Problem } from './problem.ts'

/** More than any policy needs; a file that multiplies itself by aliases needs more. */
export const MAX_ALIASES = 50

const WORDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_INDENT: '缩进没有对齐:同一层的各行要从同一列开始,括号要成对',
  TAB_AS_INDENT: '缩进只能用空格,不能用制表符(Tab)',
  DUPLICATE_KEY: '这个字段写了两次,请删去一个',
  MISSING_CHAR: '少了一个符号,多半是引号、括号没有成对,或者冒号后面少了空格',
  BLOCK_AS_IMPLICIT_KEY: '一行里有两个“字段: 值”,请分成两行,或者给值加上引号',
  MULTILINE_IMPLICIT_KEY: '字段名要写在一行里,后面紧跟英文冒号和空格',
  BLOCK_IN_FLOW: '方括号、花括号里面不能换成分行的写法',
  BAD_SCALAR_START: '这个符号不能直接作开头,请给整个值加上引号',
  BAD_DQ_ESCAPE: '双引号里的反斜杠写法不对,请改用单引号',
  BAD_ALIAS: '引用(*)后面没有名字',
  TAG_RESOLVE_FAILED: '不支持 ! 开头的标签,请直接写值',
  BAD_DIRECTIVE: '不支持 % 开头的指令',
  MULTIPLE_DOCS: '一个文件只能写一份规则,不要用 --- 分成几份',
  RESOURCE_EXHAUSTION: '嵌套层数太多',
  NON_STRING_KEY: '字段名只能是文字',
  UNEXPECTED_TOKEN: '这里读不懂,请检查缩进、冒号和短横线后面的空格',
}

/** What makes the text no readable YAML, each at its place; empty where it can be read. */
export function yamlProblems(document: Document.Parsed): Problem[] {
  const all: YAMLError[] = [...document.errors, ...document.warnings]
  // Below the level where the parser gives up, every further bracket is an error of its own.
  const exhausted = all.find((fault) => fault.code === 'RESOURCE_EXHAUSTION')
  const faults = exhausted === undefined ? all : [exhausted]
  const problems: Problem[] = faults.map((fault) => ({
    path: [],
    offset: fault.pos[0],
    message: WORDS[fault.code] ?? '这里不是合法的 YAML',
  }))
  const anchors = new Set<string>()
  let aliases = 0
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if ('anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor)
        return
      }
      aliases++
      const offset = node.range?.[0] ?? 0
      if (aliases === MAX_ALIASES + 1) {
        problems.push({ path: [], offset, message: `引用(*)太多,最多 ${MAX_ALIASES} 处` })
      } else if (aliases <= MAX_ALIASES && node.source !== '' && !anchors.has(node.source)) {
        problems.push({ path: [], offset, message: `前面没有名叫 ${node.source.slice(0, 30)} 的锚点(&)` })
      }
    },
  })
  return problems
}
