import { RE2JS, RE2JSException } from 're2js'
import { foldText } from './words.ts'

const compiled = new Map<string, RE2JS>()
/** More than all policies of a deployment have. */
const MAX_COMPILED = 1000

/**
 * The time for a text grows with the program as well: one of 2,000 steps, as of `.{0,1000}x`, takes a fifth of a second
 * for the longest message (re2js 2.10.0), one of 500 a quarter of that.
 */
const MAX_PROGRAM = 500

/** They have nothing in common: what matches them all matches nearly every message. */
const UNLIKE = ['甲乙丙丁戊己', 'abcdef', '123456', '。!?……']

/** Compiles once; throws RE2JSException where RE2 cannot. Case is ignored. */
function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern)
  if (known) return known
  const fresh = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)
  if (compiled.size >= MAX_COMPILED) compiled.clear()
  compiled.set(pattern, fresh)
  return fresh
}

/**
 * True where the pattern matches somewhere in the text, in time that grows with the text alone. The text is looked at
 * as it is and with full-width letters and figures made plain, so that `\d{18}` meets a number in either form.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  const expression = compile(pattern)
  if (expression.test(text)) return true
  const plain = foldText(text)
  return plain !== text && expression.test(plain)
}

/** What is wrong with a pattern, in Chinese; null for a good one. */
export function patternProblem(pattern: string): string | null {
  try {
    const expression = compile(pattern)
    if (expression.test('')) return '这个表达式什么文字都能匹配,请写得具体些'
    if (UNLIKE.filter((text) => expression.test(text)).length >= UNLIKE.length - 1) {
      return '这个表达式几乎什么文字都能匹配,请写得具体些'
    }
    if (expression.programSize() > MAX_PROGRAM) return '重复次数太多,会拖慢机器人,请把大括号里的数改小,例如 {0,20}'
    return null
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    if (/\(\?<?[=!]|\\[1-9]|\\k</.test(pattern)) {
      return '不支持向前看、向后看和反向引用:它们可能让机器人卡住,请换一种写法'
    }
    return '这不是一个正确的表达式(RE2 语法),请检查括号和反斜杠'
  }
}
