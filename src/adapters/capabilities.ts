import type { Capabilities } from './adapter.ts'

const SILENT: Omit<Capabilities, 'hears'> = {
  privateMessage: false,
  groupPost: false,
  mention: false,
  card: false,
  recallOwn: false,
  recallOthers: false,
  todo: false,
}

/** What a way in hears, and of all else only what is named. */
export const capabilitiesOf = (hears: Capabilities['hears'], can: Partial<typeof SILENT> = {}): Capabilities => ({
  ...SILENT,
  hears,
  ...can,
})
