/** The value that a text means as JSON; undefined where it is none, as the pages of proxies are. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
