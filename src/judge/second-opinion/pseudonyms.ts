/** A letter for the n-th of something: A … Z, AA, AB …; no digits, so that a placeholder never looks like a figure. */
function letters(n: number): string {
  let rest = n
  let word = ''
  do {
    word = String.fromCharCode(65 + (rest % 26)) + word
    rest = Math.floor(rest / 26) - 1
  } while (rest >= 0)
  return word
}

/** Gives each name a placeholder, the same one for the same name: `〔人A〕`. */
export function createPseudonyms(kind: string): (name: string) => string {
  const given = new Map<string, string>()
  return (name) => {
    const known = given.get(name)
    if (known !== undefined) return known
    const placeholder = `〔${kind}${letters(given.size)}〕`
    given.set(name, placeholder)
    return placeholder
  }
}
