/** The orders that concern one group and may name it, where they are given in private. */
export type GroupOrder = 'rules' | 'list-appeals' | 'trial' | 'enforce' | 'observe' | 'undo' | 'speak'

/** Orders that change the policy of a group. */
export type PolicyOrder =
  | { name: 'enforce' | 'observe' | 'undo'; groupName: string }
  /** `people` as they were written. */
  | { name: 'exempt'; exempt: boolean; people: string }

/** Orders that only those may give who decide on a group. `speak` ends a silence. */
export type AdminOrder =
  | PolicyOrder
  | { name: 'trial' | 'speak'; groupName: string }
  /** `rest` holds the time and the reason as they were written. */
  | { name: 'silence'; kind: 'emergency' | 'paused'; rest: string }

/**
 * What somebody tells or asks the bot about itself: its rules, its silence, what it keeps. `groupName` is empty where
 * none is named.
 */
export type Order =
  | AdminOrder
  | { name: 'help' | 'my-record' }
  | { name: 'rules' | 'list-appeals'; groupName: string }
  | { name: 'decide-appeal'; number: number; upheld: boolean; reason: string }
  | { name: 'who-read' | 'confirm-read' | 'start-confirmation'; number: number | null }
