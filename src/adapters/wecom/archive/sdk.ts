import { arch, platform } from 'node:process'
import koffi, { type LibraryHandle } from 'koffi'
import { MAX_PULL_BYTES, MAX_RECORD_BYTES } from './constants.ts'
import { headerOf, machineOf } from './library-file.ts'
import type { Answer, Request } from './protocol.ts'

type Refusal = Extract<Answer, { kind: 'refused' }>
type Of<C extends Request['call']> = Extract<Request, { call: C }>
type Call = (...args: unknown[]) => unknown

/** WeWorkFinanceSdk_C.h, SDK 3.0 (2025-02). */
const SIGNATURES = {
  NewSdk: 'void *NewSdk()',
  Init: 'int Init(void *sdk, const char *corpid, const char *secret)',
  GetChatData:
    'int GetChatData(void *sdk, uint64_t seq, uint32_t limit, const char *proxy, const char *passwd, int timeout, void *slice)',
  DecryptData: 'int DecryptData(const char *key, const char *message, void *slice)',
  NewSlice: 'void *NewSlice()',
  FreeSlice: 'void FreeSlice(void *slice)',
  GetContentFromSlice: 'void *GetContentFromSlice(void *slice)',
  GetSliceLen: 'int GetSliceLen(void *slice)',
} as const
type Functions = Record<keyof typeof SIGNATURES, Call & { async: Call }>

/** The official SDK with a session of its own. */
export interface OpenedSdk {
  pull(request: Of<'pull'>): Promise<Answer>
  decrypt(request: Of<'decrypt'>): Promise<Answer>
}

const refused = (reason: Refusal['reason'], more: { code?: number; detail?: string } = {}): Refusal => ({
  kind: 'refused',
  reason,
  ...more,
})

function bind(path: string): { functions: Functions } | Refusal {
  const header = headerOf(path)
  if (header === null) return refused('library-missing')
  const machine = machineOf(header)
  if (platform === 'linux' && machine !== arch) return refused('library-foreign', { detail: machine ?? '' })
  let library: LibraryHandle
  try {
    library = koffi.load(path)
  } catch (error) {
    return refused('library-broken', { detail: error instanceof Error ? error.message.slice(0, 300) : '' })
  }
  const bound: Partial<Functions> = {}
  for (const name of Object.keys(SIGNATURES) as (keyof Functions)[]) {
    try {
      bound[name] = library.func(SIGNATURES[name])
    } catch {
      return refused('symbol-missing', { detail: name })
    }
  }
  return { functions: bound as Functions }
}

/** Calls beside the event loop what may take long, so that this process notices when the server is gone. */
const code = ({ async: start }: Functions[keyof Functions], ...args: unknown[]): Promise<number> =>
  new Promise((resolve, reject) => {
    start(...args, (error: unknown, result: unknown) => (error ? reject(error) : resolve(Number(result))))
  })

/** Loads the customer's library and logs in; the calls of a session are made one after the other. */
export async function openSdk({ library, corpId, secret }: Of<'open'>): Promise<OpenedSdk | Refusal> {
  const binding = bind(library)
  if ('kind' in binding) return binding
  const { functions: sdk } = binding
  const session = sdk.NewSdk()
  const wrong = await code(sdk.Init, session, corpId, secret)
  if (wrong !== 0) return refused('sdk', { code: wrong })

  /** What a function writes into a slice, which is freed however that ends. */
  async function sliced(maxBytes: number, fill: (slice: unknown) => Promise<number>): Promise<string | Refusal> {
    const slice = sdk.NewSlice()
    try {
      const wrong = await fill(slice)
      if (wrong !== 0) return refused('sdk', { code: wrong })
      const length = Number(sdk.GetSliceLen(slice))
      if (length > maxBytes) return refused('too-long')
      return length <= 0 ? '' : koffi.decode.string(sdk.GetContentFromSlice(slice), length)
    } finally {
      sdk.FreeSlice(slice)
    }
  }

  return {
    async pull({ seq, limit, proxy, password, seconds }) {
      const text = await sliced(MAX_PULL_BYTES, (slice) =>
        code(sdk.GetChatData, session, BigInt(seq), limit, proxy, password, seconds, slice),
      )
      return typeof text === 'string' ? { kind: 'pulled', text } : text
    },
    async decrypt({ items }) {
      const texts: (string | number)[] = []
      for (const [key, message] of items) {
        const text = await sliced(MAX_RECORD_BYTES, (slice) => code(sdk.DecryptData, key, message, slice))
        texts.push(typeof text === 'string' ? text : (text.code ?? -1))
      }
      return { kind: 'decrypted', texts }
    },
  }
}
