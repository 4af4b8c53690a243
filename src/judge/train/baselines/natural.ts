import type { Label } from '../../../domain/label.ts'
import type { Baseline, Classify, Example } from './baseline.ts'
import { loadPackage } from './load-package.ts'

/** Cuts texts into words with the dictionary that `@node-rs/jieba` brings. */
async function loadCutter(): Promise<(text: string) => string[]> {
  const [{ Jieba }, { dict }] = await Promise.all([
    loadPackage('@node-rs/jieba', import('@node-rs/jieba')),
    loadPackage('@node-rs/jieba', import('@node-rs/jieba/dict.js')),
  ])
  const jieba = Jieba.withDict(dict)
  return (text) => jieba.cut(text, true).filter((word) => word.trim() !== '')
}

/**
 * `BayesClassifier` of natural over jieba words. Its `textToFeatures` looks every word of the vocabulary up in the text
 * (over ten minutes for a cross-validation); a table of places gives the same vectors. `ownVectors` leaves it as it is.
 */
export async function trainNatural(examples: readonly Example[], { ownVectors = false } = {}): Promise<Classify> {
  const [natural, cut] = await Promise.all([
    loadPackage('natural', import('natural/lib/natural/classifiers/index.js')),
    loadCutter(),
  ])
  const classifier = new natural.BayesClassifier()
  for (const { text, label } of examples) classifier.addDocument(cut(text), label)
  const places = new Map(Object.keys(classifier.features).map((word, place) => [word, place]))
  const itsOwn = classifier.textToFeatures
  classifier.textToFeatures = (words) => {
    const vector = new Array<number>(places.size).fill(0)
    for (const word of words) {
      const place = places.get(word)
      if (place !== undefined) vector[place] = 1
    }
    return vector
  }
  classifier.train()
  if (ownVectors) classifier.textToFeatures = itsOwn
  return (text) => {
    const said = classifier.getClassifications(cut(text))
    const sum = said.reduce((all, { value }) => all + value, 0)
    // Of a long text every product of chances is 0, and the first label it met comes first.
    const [best] = said
    return { label: (best?.label ?? 'chatter') as Label, confidence: sum > 0 ? (best?.value ?? 0) / sum : 0 }
  }
}

export const naturalBayes: Baseline = {
  id: 'natural',
  name: 'natural 贝叶斯(结巴分词)',
  note: 'BayesClassifier;其 LogisticRegressionClassifier 训练 149 条就要 36 秒,随条数的平方以上增长,不在比较之列',
  weight: 8,
  train: (examples) => trainNatural(examples),
}
