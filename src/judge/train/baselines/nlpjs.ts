import type { Label } from '../../../domain/label.ts'
import { type Baseline, commonest } from './baseline.ts'
import { loadPackage } from './load-package.ts'

/** Rounds of its network; a round over the whole corpus takes about 0.25 s, and it would go on for thousands. */
const ITERATIONS = 200

/** nlp.js with its Chinese language pack: pinyin of the longest dictionary words, one perceptron a label. */
export const nlpjs: Baseline = {
  id: 'nlpjs',
  name: 'nlp.js(中文语言包)',
  note: `训练止于 ${ITERATIONS} 轮(默认上限 20,000 轮,每折要一小时以上);答 None 时按最常见的类别、置信度 0`,
  weight: 50,
  async train(examples) {
    const [{ containerBootstrap }, { Nlp }, { LangZh }] = await Promise.all([
      loadPackage('@nlpjs/core', import('@nlpjs/core')),
      loadPackage('@nlpjs/nlp', import('@nlpjs/nlp')),
      loadPackage('@nlpjs/lang-zh', import('@nlpjs/lang-zh')),
    ])
    const container = await containerBootstrap()
    container.use(Nlp)
    container.use(LangZh)
    const nlp = container.get('nlp')
    nlp.settings.autoSave = false
    nlp.settings.calculateSentiment = false
    nlp.useNlu('NeuralNlu', 'zh', '*', { iterations: ITERATIONS, log: false })
    nlp.addLanguage('zh')
    for (const { text, label } of examples) nlp.addDocument('zh', text, label)
    await nlp.train({ log: false })
    const otherwise = commonest(examples)
    return async (text) => {
      const { classifications = [] } = await nlp.process('zh', text)
      const best = classifications.find(({ intent, score }) => intent !== 'None' && score > 0)
      return best === undefined
        ? { label: otherwise, confidence: 0 }
        : { label: best.intent as Label, confidence: best.score }
    }
  },
}
