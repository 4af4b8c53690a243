import { ACTIONS, type Action } from '../domain/decision.ts'
import { FLAGS, LABEL_NAMES, LABELS } from '../domain/label.ts'
import { FLAG_NAMES } from './reason.ts'

const ACTION_NAMES: Readonly<Record<Action, readonly string[]>> = {
  record: ['记录', '只记录'],
  'remind-sender': ['提醒', '私聊提醒', '提醒本人', '提醒发送人', 'remind'],
  'note-owner': ['告知群主', '通知群主', '提醒群主'],
  'note-group': ['群内提示', '群里提示', '群提示'],
  'offer-silent-confirm': ['静默确认', '已读确认'],
}

/** What people write instead of the word of the policy file. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ...LABELS.map((label): [string, string] => [LABEL_NAMES[label], label]),
  ...FLAGS.map((flag): [string, string] => [FLAG_NAMES[flag], flag]),
  ...ACTIONS.flatMap((action) => ACTION_NAMES[action].map((name): [string, string] => [name, action])),
  ['领导', 'leader'],
  ['成员', 'member'],
  ['工作日', 'workdays'],
  ['每天', 'everyday'],
  ['观察', 'observe'],
  ['执行', 'enforce'],
  ['是', 'true'],
  ['否', 'false'],
])

/** The one of `allowed` that was probably meant by `written`; null where none is near. */
export function suggest(written: string, allowed: readonly string[]): string | null {
  const synonym = SYNONYMS.get(written.trim())
  if (synonym !== undefined && allowed.includes(synonym)) return synonym
  const plain = fold(written)
  let best: string | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of allowed) {
    const other = fold(candidate)
    const distance = editDistance(plain, other)
    const near = distance <= Math.max(1, Math.floor(other.length / 3))
    if (near && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

const fold = (word: string): string =>
  word
    .slice(0, 64)
    .toLowerCase()
    .replace(/[\s_-]/g, '')

/** Edits between two words where swapping two neighbours is one edit (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const current = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = from[i - 1] === to[j - 1] ? 0 : 1
      let cost = Math.min((last[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + changed)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
