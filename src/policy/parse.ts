import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { CodedError } from '../domain/errors.ts'
import { type Policy, policySchema } from '../domain/policy.ts'
import { type Problem, pathText } from './problem.ts'
import { schemaProblems } from './schema-problems.ts'
import { MAX_ALIASES, yamlProblems } from './yaml-problems.ts'

const MAX_BYTES = 256 * 1024

/** A hundred rules with comments take a fifth of it; looking for repeated fields takes the square of it. */
const MAX_LINES = 5000

/** More would not be read; the rest is counted. */
const MAX_LISTED = 50

/**
 * Reads a policy file. `fileName` is only named in errors.
 * Throws a CodedError `POLICY_INVALID` (400) whose message lists every problem, one a line, in the order of the file:
 * `standard.yaml:12:7 rules[0].when.lable: 没有这个字段,是不是想写 label?`
 */
export function parsePolicy(yamlText: string, fileName: string): Policy {
  if (Buffer.byteLength(yamlText, 'utf8') > MAX_BYTES) {
    throw invalid([`${fileName}:1:1 文件超过 256 KiB,规则文件不需要这么大`])
  }
  if (yamlText.split('\n', MAX_LINES + 1).length > MAX_LINES) {
    throw invalid([`${fileName}:${MAX_LINES + 1}:1 文件超过 ${MAX_LINES} 行,规则文件不需要这么长`])
  }
  const lines = new LineCounter()
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const refuse = (problems: Problem[]) => invalid(listed(problems, fileName, document, lines))
  const unreadable = yamlProblems(document)
  if (unreadable.length > 0) throw refuse(unreadable)
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    throw refuse([{ path: [], offset: 0, message: '文件是空的,至少要有 name 和 rules' }])
  }
  const raw = toValue(document)
  if (raw === OVERGROWN) {
    throw refuse([{ path: [], offset: 0, message: '引用(*)层层相套,展开后太大,请直接写出内容' }])
  }
  const problems = schemaProblems(raw)
  if (problems.length > 0) throw refuse(problems)
  return policySchema.parse(raw)
}

const OVERGROWN = Symbol('overgrown')

/** The plain value of the document. Aliases are resolved up to a limit, above which `yaml` throws a ReferenceError. */
function toValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (error) {
    if (error instanceof ReferenceError) return OVERGROWN
    throw error
  }
}

function listed(problems: Problem[], fileName: string, document: Document.Parsed, lines: LineCounter): string[] {
  const placed = problems.map((problem) => ({ problem, offset: problem.offset ?? offsetOf(document, problem) }))
  placed.sort((a, b) => a.offset - b.offset)
  const texts = placed.map(({ problem, offset }) => {
    const { line, col } = lines.linePos(offset)
    const path = pathText(problem.path)
    return `${fileName}:${line}:${col} ${path === '' ? '' : `${path}: `}${problem.message}`
  })
  return [...new Set(texts)]
}

/** Where the path leads in the file, or as far as it leads: a field that is missing is placed at what should hold it. */
function offsetOf(document: Document.Parsed, { path, atKey }: Problem): number {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) break
      const pointed = (atKey && index === path.length - 1) || pair.value === null ? pair.key : pair.value
      if (isNode(pointed)) offset = pointed.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      if (isNode(node)) offset = node.range?.[0] ?? offset
    } else break
  }
  return offset
}

function invalid(all: string[]): CodedError {
  const more = all.length > MAX_LISTED ? [`……还有 ${all.length - MAX_LISTED} 处`] : []
  return new CodedError('POLICY_INVALID', [...all.slice(0, MAX_LISTED), ...more].join('\n'), {
    hint: '按行号改好规则文件后重新加载;在此之前,原来的规则继续有效',
    status: 400,
  })
}
