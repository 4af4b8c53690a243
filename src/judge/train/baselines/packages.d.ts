// The parts that the baselines use of packages whose own types are missing or do not compile here.
declare module '@nlpjs/core' {
  export interface Container {
    use(plugin: unknown): void
    get(name: 'nlp'): import('@nlpjs/nlp').Nlp
  }
  export function containerBootstrap(): Promise<Container>
}
declare module '@nlpjs/lang-zh' {
  export const LangZh: unknown
}
declare module '@nlpjs/nlp' {
  export class Nlp {
    settings: Record<string, unknown>
    useNlu(name: 'NeuralNlu', locale: string, domain: string, settings: { iterations: number; log: boolean }): void
    addLanguage(locale: string): void
    addDocument(locale: string, text: string, intent: string): void
    train(settings: { log: boolean }): Promise<void>
    process(locale: string, text: string): Promise<{ classifications?: { intent: string; score: number }[] }>
  }
}
declare module 'natural/lib/natural/classifiers/index.js' {
  export class BayesClassifier {
    features: Record<string, number>
    textToFeatures: (words: string[]) => number[]
    addDocument(words: string[], label: string): void
    train(): void
    getClassifications(words: string[]): { label: string; value: number }[]
  }
}
