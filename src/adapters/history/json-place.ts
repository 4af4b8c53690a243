type Path = readonly PropertyKey[]

/** Calls `visit` with the path and the line, from 1, of every value in a text that is valid JSON, in their order. */
function eachValue(json: string, visit: (path: readonly (string | number)[], line: number) => void): void {
  const stack: { isList: boolean; key: string | number; awaitsKey: boolean }[] = []
  let line = 1
  for (const [token] of json.matchAll(/\n|"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g)) {
    const inner = stack.at(-1)
    if (token === '\n') line++
    else if (token === '}' || token === ']') stack.pop()
    else if (token === ',' && inner) {
      if (typeof inner.key === 'number') inner.key++
      inner.awaitsKey = !inner.isList
    } else if (inner?.awaitsKey) {
      inner.key = JSON.parse(token) as string
      inner.awaitsKey = false
    } else if (token !== ':') {
      visit(
        stack.map(({ key }) => key),
        line,
      )
      if (token === '[') stack.push({ isList: true, key: 0, awaitsKey: false })
      else if (token === '{') stack.push({ isList: false, key: '', awaitsKey: true })
    }
  }
}

const isBelow = (path: Path, above: Path): boolean => above.every((step, depth) => String(step) === String(path[depth]))

/** The line on which the value at `path` begins, or where it is lacking the deepest value around its place. */
export function lineOfPath(json: string, path: Path): number {
  let best = { depth: -1, line: 1 }
  eachValue(json, (at, line) => {
    if (at.length > best.depth && isBelow(path, at)) best = { depth: at.length, line }
  })
  return best.line
}

/** The line on which each item of the list at `path` begins. */
export function linesOfItems(json: string, path: Path): number[] {
  const lines: number[] = []
  eachValue(json, (at, line) => {
    if (at.length === path.length + 1 && isBelow(at, path)) lines.push(line)
  })
  return lines
}
