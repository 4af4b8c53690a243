import type { Abilities } from '../app/abilities.ts'

const NAMES: Readonly<Record<Abilities['platform'], string>> = {
  wecom: '企业微信',
  dingtalk: '钉钉',
  feishu: '飞书',
  bridge: '桥接',
}
const HEAD = ['平台', '听到', '群里说', '私下说', '点名', '卡片', '撤回', '待办']

const yesOrNo = (can: boolean): string => (can ? '能' : '否')

function cellsOf({ platform, can, hearsAnything, speaksAnywhere }: Abilities): string[] {
  const heard = can.hears === 'all' ? '全部' : '只 @ 它的'
  const group = speaksAnywhere ? '能' : '配好的群'
  return [
    NAMES[platform],
    hearsAnything ? heard : '听不到',
    can.groupPost ? group : '否',
    yesOrNo(can.privateMessage),
    yesOrNo(can.mention),
    yesOrNo(can.card),
    can.recallOthers ? '能' : can.recallOwn ? '自己说的' : '否',
    yesOrNo(can.todo),
  ]
}

/** A Chinese character takes the place of two letters. */
const widthOf = (text: string): number => [...text].reduce((sum, letter) => sum + (letter > '\u00ff' ? 2 : 1), 0)

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))))
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  )
}

/** A table of what is possible on each platform, and below it what is done instead of what is not. */
export function formatAbilities(abilities: readonly Abilities[]): string[] {
  if (abilities.length === 0) return []
  const instead = abilities.flatMap(({ platform, degradations }) =>
    degradations.map((each) => `${NAMES[platform]}不能${each.name} → ${each.instead}`),
  )
  return ['各平台能做什么:', ...aligned([HEAD, ...abilities.map(cellsOf)]), ...instead]
}
