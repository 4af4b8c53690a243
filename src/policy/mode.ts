import type { EpochMs } from '../domain/message.ts'
import type { Policy } from '../domain/policy.ts'

/** How a policy acts in a group that the bot has known since `knownSince`: one that is new is only observed at first. */
export const modeIn = ({ mode, observeFirst }: Policy, knownSince: EpochMs, now: EpochMs): Policy['mode'] =>
  observeFirst !== undefined && now < knownSince + observeFirst ? 'observe' : mode
