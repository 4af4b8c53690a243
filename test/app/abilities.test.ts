import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../src/adapters/adapter.ts'
import { capabilitiesOf } from '../../src/adapters/capabilities.ts'
import { degradations } from '../../src/adapters/degradations.ts'
import { describeAbilities } from '../../src/app/doctor/describe-abilities.ts'
import { formatAbilities } from '../../src/cli/format-abilities.ts'
import { readEnv } from '../../src/env.ts'
import { feignTiming } from '../platforms/feigned-timing.ts'

const EVERYTHING = capabilitiesOf('all', {
  privateMessage: true,
  groupPost: true,
  mention: true,
  card: true,
  recallOwn: true,
  recallOthers: true,
  todo: true,
})
const wishesOf = (can: Capabilities) => degradations(can).map(({ wish }) => wish)
const abilities = (variables: Record<string, string>) => describeAbilities(readEnv(variables), feignTiming())

describe('what is done instead of what a platform cannot do', () => {
  it('is nothing where it can do everything', () => {
    expect(degradations(EVERYTHING)).toEqual([])
  })

  it('has a rung for each capability, and names just the one that is lacking', () => {
    for (const wish of Object.keys(EVERYTHING) as (keyof Capabilities)[]) {
      const lacking = { ...EVERYTHING, [wish]: wish === 'hears' ? 'mentions' : false }
      expect(wishesOf(lacking)).toEqual([wish])
    }
    expect(wishesOf(capabilitiesOf('mentions')).toSorted()).toEqual(Object.keys(EVERYTHING).toSorted())
  })

  it('never moves a private word into the group', () => {
    const [silent] = degradations({ ...EVERYTHING, privateMessage: false })
    expect(silent?.instead).toMatch(/只记录.*决不改到群里/)
  })
})

describe('what a configuration can do', () => {
  it('is asked of the ways in for hearing, and of the channels for speaking', () => {
    expect(abilities({})).toEqual([])
    const [wecom] = abilities({ WECOM_WEBHOOKS: '{"g1":"webhook-key-0001"}' })
    expect(wecom).toMatchObject({
      platform: 'wecom',
      hearsAnything: false,
      speaksAnywhere: false,
      can: { groupPost: true, privateMessage: false },
    })
    const dws = '[["dws","event","consume","user_im_message_receive_group_all","-f","ndjson"]]'
    const app = { DINGTALK_APP_KEY: 'k', DINGTALK_APP_SECRET: 's', DINGTALK_ROBOT_CODE: 'r' }
    expect(abilities({ DINGTALK_DWS: dws })).toMatchObject([
      { platform: 'dingtalk', hearsAnything: true, can: { hears: 'all', groupPost: false, privateMessage: false } },
    ])
    expect(abilities({ DINGTALK_DWS: dws, ...app })).toMatchObject([
      { speaksAnywhere: true, can: { hears: 'all', groupPost: true, privateMessage: true } },
    ])
    const feishu = { FEISHU_APP_ID: 'cli_0123456789abcdef', FEISHU_APP_SECRET: 's', FEISHU_CONNECTION: 'on' }
    expect(abilities(feishu)).toMatchObject([
      { platform: 'feishu', speaksAnywhere: true, can: { hears: 'mentions', groupPost: true, privateMessage: true } },
    ])
    expect(abilities({ BRIDGE_SECRETS: 'a'.repeat(16), BRIDGE_URL: 'https://chat.example/in' })).toMatchObject([
      { platform: 'bridge', can: { hears: 'all', groupPost: true, privateMessage: true, mention: true } },
    ])
  })

  it('is empty where the ways cannot be set up', () => {
    expect(abilities({ BRIDGE_SECRETS: 'short' })).toEqual([])
  })

  it('is shown as a table, with what is done instead below it', () => {
    const variables = { BRIDGE_SECRETS: 'a'.repeat(16), WECOM_WEBHOOKS: '{"g1":"webhook-key-0001"}' }
    const [title, head, ...rows] = formatAbilities(abilities(variables))
    expect(title).toBe('各平台能做什么:')
    expect(head).toBe('平台      听到    群里说    私下说  点名  卡片  撤回  待办')
    expect(rows[0]).toMatch(/^企业微信 {2}听不到 {2}配好的群 {2}否 /)
    expect(rows[1]).toMatch(/^桥接 {6}全部 {4}否 {8}否 /)
    expect(rows).toContain('桥接不能私下说 → 提醒和给群主的话都只记录(no-channel),不说;决不改到群里说')
  })
})
