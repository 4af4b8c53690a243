/** A place in the file: keys and, for list items, numbers from 0. */
export type Path = readonly (string | number)[]

/** Something wrong at a place. `offset` is a code-unit index in the file, where no path leads to it. */
export interface Problem {
  path: Path
  /** Points at the key itself rather than at its value. */
  atKey?: boolean
  offset?: number
  message: string
}

/** `rules[0].when.label`, as the message names it. */
export const pathText = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`)).join('')
