/** A message as a note: one line, at most 120 characters. */
export function briefly(text: string): string {
  const characters = [...text.replace(/[\p{Cc}\s]+/gu, ' ').trim()]
  return characters.length > 120 ? `${characters.slice(0, 119).join('')}…` : characters.join('')
}
