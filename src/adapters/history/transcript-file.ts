import { transcriptSchema } from '../../domain/transcript.ts'
import { readJsonDocument } from './json-document.ts'
import { linesOfItems } from './json-place.ts'
import { checked, type HistoryFormat } from './past-message.ts'

/** A transcript in the format of the label guide. Its ids hold within the file alone, so they name no message here. */
export const transcriptFile: HistoryFormat = {
  name: '清群群聊记录 JSON',
  claims: (content) => /^\s*\{/.test(content) && /"members"\s*:/.test(content) && /"messages"\s*:/.test(content),
  read(content) {
    const { json, value } = readJsonDocument(content, transcriptSchema)
    const members = new Map(value.members.map((member) => [member.id, member]))
    const lines = linesOfItems(json, ['messages'])
    const messages = value.messages.map(({ at, from, text }, index) => {
      const { name = from, role } = members.get(from) ?? {}
      const sender = { name, memberId: from, ...(role ? { role } : {}) }
      return { line: lines[index] ?? 1, sentAt: Date.parse(at), from: sender, text: text.trim() }
    })
    return checked(messages, [])
  },
}
