import type { Baseline } from './baseline.ts'
import { keywords } from './keywords.ts'
import { naiveBayesCharacters, naiveBayesSpaced } from './naive-bayes.ts'
import { naturalBayes } from './natural.ts'
import { nlpjs } from './nlpjs.ts'

/** What the judge is compared with, in the order of the report. */
export const BASELINES: readonly Baseline[] = [keywords, naiveBayesSpaced, naiveBayesCharacters, naturalBayes, nlpjs]
