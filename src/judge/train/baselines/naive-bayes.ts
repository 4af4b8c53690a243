import type { Label } from '../../../domain/label.ts'
import type { Baseline, Classify, Example } from './baseline.ts'

/**
 * Multinomial naive Bayes with add-one smoothing over the distinct tokens of a text and a softmax at the end, as
 * `lib/tgspam/classifier.go` of umputun/tg-spam computes it. Confidence is its own posterior.
 */
function learn(examples: readonly Example[], tokensOf: (text: string) => string[]): Classify {
  const labels = [...new Set(examples.map(({ label }) => label))]
  const counts = new Map<string, Float64Array>()
  const tokens = new Float64Array(labels.length)
  const documents = new Float64Array(labels.length)
  for (const { text, label } of examples) {
    const k = labels.indexOf(label)
    documents[k] = (documents[k] as number) + 1
    for (const token of new Set(tokensOf(text))) {
      const seen = counts.get(token) ?? new Float64Array(labels.length)
      seen[k] = (seen[k] as number) + 1
      counts.set(token, seen)
      tokens[k] = (tokens[k] as number) + 1
    }
  }
  return (text) => {
    const scores = Array.from(documents, (n) => Math.log(n / examples.length))
    for (const token of new Set(tokensOf(text))) {
      const seen = counts.get(token)
      for (let k = 0; k < scores.length; k++)
        scores[k] = (scores[k] as number) + Math.log(((seen?.[k] ?? 0) + 1) / ((tokens[k] as number) + counts.size))
    }
    const top = Math.max(...scores)
    const sum = scores.reduce((all, score) => all + Math.exp(score - top), 0)
    return { label: labels[scores.indexOf(top)] as Label, confidence: 1 / sum }
  }
}

/**
 * Tokens as tg-spam takes them: split at white space, emoji and outer punctuation taken off, lower case. Its lower limit
 * of three characters a token is left out, as its least length of a message is 0 here: two characters are a word.
 */
const spaced = (text: string): string[] =>
  text
    .split(/\s+/)
    .map((token) => token.replace(/\p{Extended_Pictographic}/gu, '').replace(/^[.,!?\-:;()#]+|[.,!?\-:;()#]+$/g, ''))
    .filter((token) => token !== '')
    .map((token) => token.toLowerCase())

/** Characters and pairs of neighbours, which need no word list. */
function characters(text: string): string[] {
  const all = [...text.toLowerCase().replace(/\s+/g, '')]
  return all.flatMap((char, i) => (i === 0 ? [char] : [char, `${all[i - 1]}${char}`]))
}

export const naiveBayesSpaced: Baseline = {
  id: 'naive-bayes-spaced',
  name: '朴素贝叶斯(tg-spam)',
  note: '与 tg-spam 相同:按空白切分,最短长度 0;中文一句往往就是一个词',
  weight: 0.3,
  train: async (examples) => learn(examples, spaced),
}

export const naiveBayesCharacters: Baseline = {
  id: 'naive-bayes-characters',
  name: '朴素贝叶斯(字与双字)',
  note: '同一算法,改按单字和相邻两字切分',
  weight: 0.6,
  train: async (examples) => learn(examples, characters),
}
