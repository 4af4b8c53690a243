import type { SeenRequest } from './loopback.ts'

export interface FormField {
  filename?: string
  value: Buffer
}

/** The fields of a `multipart/form-data` body (RFC 7578), written independently of `FormData`. */
export function formFields({ headers, bytes }: Pick<SeenRequest, 'headers' | 'bytes'>): Map<string, FormField> {
  const [, boundary] = /^multipart\/form-data; *boundary="?([^";]+)"?$/.exec(headers['content-type'] ?? '') ?? []
  if (boundary === undefined) throw new Error('not a form')
  const fields = new Map<string, FormField>()
  for (const part of bytes.toString('latin1').split(`--${boundary}`).slice(1, -1)) {
    const [head = '', value = ''] = [
      part.slice(0, part.indexOf('\r\n\r\n')),
      part.slice(part.indexOf('\r\n\r\n') + 4, -2),
    ]
    const name = / name="([^"]*)"/.exec(head)?.[1] ?? ''
    const filename = / filename="([^"]*)"/.exec(head)?.[1]
    fields.set(name, { ...(filename === undefined ? {} : { filename }), value: Buffer.from(value, 'latin1') })
  }
  return fields
}
