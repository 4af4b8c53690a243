import protobuf from 'protobufjs'

/** Package pbbp2 of the official SDK (1.74.0); the platform documents no other form. */
const SOURCE = `
  syntax = "proto2";
  message Header { required string key = 1; required string value = 2; }
  message Frame {
    required uint64 SeqID = 1;
    required uint64 LogID = 2;
    required int32 service = 3;
    required int32 method = 4;
    repeated Header headers = 5;
    optional string payloadEncoding = 6;
    optional string payloadType = 7;
    optional bytes payload = 8;
    optional string LogIDNew = 9;
  }`

const type = protobuf.parse(SOURCE).root.lookupType('Frame')

/** What travels over the long connection. `method` 0 is control, 1 is data. */
export interface Frame {
  /** 64 bits, hence text. */
  SeqID: string
  LogID: string
  service: number
  method: number
  headers: { key: string; value: string }[]
  payloadEncoding?: string
  payloadType?: string
  payload?: Uint8Array
  LogIDNew?: string
}

/** Null for bytes that are no frame. */
export function decodeFrame(bytes: Uint8Array): Frame | null {
  try {
    return type.toObject(type.decode(bytes), { longs: String, arrays: true }) as Frame
  } catch {
    return null
  }
}

export const encodeFrame = (frame: Frame): Uint8Array => type.encode(type.fromObject(frame)).finish()

export const headerOf = ({ headers }: Frame, key: string): string | undefined =>
  headers.find((header) => header.key === key)?.value

/** What the client sends to show that it lives. */
export const pingFrame = (service: number): Frame => ({
  SeqID: '0',
  LogID: '0',
  service,
  method: 0,
  headers: [{ key: 'type', value: 'ping' }],
})

/** The answer to a data frame: the same frame, how long it took, a code, and where given JSON in base64. */
export function ackFrame(frame: Frame, code: 200 | 500, tookMs: number, answer?: unknown): Frame {
  const data = answer === undefined ? {} : { data: Buffer.from(JSON.stringify(answer)).toString('base64') }
  return {
    ...frame,
    headers: [...frame.headers, { key: 'biz_rt', value: String(tookMs) }],
    payload: Buffer.from(JSON.stringify({ code, ...data })),
  }
}
