import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp } from '../helpers/app.ts'
import { messageOf, openBrowser, openSandbox, say, type } from './browser.ts'

const LEADER = 'chen'
const [LIMEI, WANG, ZHAO] = ['limei', 'wangqiang', 'zhaomin'] as const
const STORY_MS = 180_000

let app: Awaited<ReturnType<typeof startTestApp>>
let browser: Browser
let page: Page
let mishaps: string[]

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser?.close())

beforeEach(async () => {
  app = await startTestApp()
  const opened = await openSandbox(browser, app.url)
  page = opened.page
  mishaps = opened.mishaps
}, 120_000)
afterEach(async () => {
  await page?.close()
  await app?.stop()
})

const inbox = (memberId: string) => page.getByTestId(`inbox-${memberId}`)
const mode = (wanted: 'observe' | 'enforce') =>
  page
    .getByTestId('mode-switch')
    .and(page.locator(`[data-mode=${wanted}]`))
    .waitFor()
const reminders = (memberId: string, state: string) =>
  inbox(memberId)
    .getByTestId('reminder')
    .and(page.locator(`[data-state=${state}]`))
const answers = (memberId: string, words: string) =>
  inbox(memberId).getByTestId('private-answer').filter({ hasText: words })

/** Tells the bot something in the group and gives its answer there, once it holds these words. */
async function order(memberId: string, text: string, answered: string): Promise<Locator> {
  await type(page, memberId, `@清群 ${text}`)
  const answer = page.getByTestId('bot-post').filter({ hasText: answered }).last()
  await answer.waitFor()
  return answer
}

/** Tells the bot something in private. */
async function tell(memberId: string, text: string): Promise<void> {
  const line = inbox(memberId).getByTestId('private-line')
  if (!(await line.isVisible())) await inbox(memberId).getByTestId('write').click()
  await line.fill(text)
  await line.press('Enter')
}

const decisionOn = (message: Locator, words: string) =>
  message.getByTestId('decision').filter({ hasText: words }).first().waitFor()

describe('the policy of a group, in a browser', () => {
  it(
    'goes from observe to enforce, is flooded, boasted in, commanded to check in, appealed and rolled back',
    async () => {
      await order(LEADER, '停用', '已改回观察(第 1 版)')
      await mode('observe')

      // Observed: what would be said is seen, and nobody is told.
      const first = await say(page, LIMEI, '喜报!我村在全县综合考评中名列第一,再创历史新高,可喜可贺!')
      await decisionOn(first, '试运行,未发出')
      await reminders(LIMEI, 'simulated').getByText('试运行(未发出)').waitFor()
      expect(await inbox(LIMEI).getByTestId('press-申诉').count()).toBe(0)
      await order(LEADER, '试运行', '如果启用,会私下提醒 1 人共 1 次')

      // Only who leads the group may turn it on.
      await order(WANG, '启用', '由群主或群里的负责人决定')
      await mode('observe')
      await order(LEADER, '启用', '已启用本群规则(第 2 版)')
      await mode('enforce')
      const rules = await order(ZHAO, '本群规则', '已启用:')
      expect(await rules.textContent()).toContain('只说要办的事,不晒成绩')

      // Commanded to check in: the one who demands it is told, with the clause and better words; who obeys is not.
      const demand = await say(page, LEADER, '请各村每天上午9点前在群里打卡接龙,没打卡的要通报。')
      await decisionOn(demand, '私下提醒 陈主任')
      const told = reminders(LEADER, 'sent').filter({ hasText: /有异常|有困难/ })
      await told.first().waitFor()
      expect(await told.first().textContent()).toContain('依据:')

      // Flooded: the asker is offered a better way, and takes it.
      await say(page, LEADER, '明天下午3点在镇会议室开秋粮收购部署会,请各村准时参加,收到请回复。')
      for (const memberId of [LIMEI, WANG, LIMEI, WANG, LIMEI]) await say(page, memberId, '收到')
      const offer = inbox(LEADER).getByTestId('press-开启静默确认').first()
      await offer.waitFor()
      const before = await page.getByTestId('bot-post').count()
      await offer.click()
      await answers(LEADER, '这就在群里').waitFor()
      const post = page.getByTestId('bot-post').filter({ hasText: '看过请点一下' })
      await page.getByTestId(`speaker-${ZHAO}`).click()
      await post.getByTestId('press-已阅').click()
      await inbox(ZHAO).getByTestId('told').filter({ hasText: '已阅' }).waitFor()
      await tell(LEADER, '谁看过')
      await answers(LEADER, '已有 3 人看过').waitFor()
      expect(await page.getByTestId('bot-post').count()).toBe(before + 1)

      // Boasted in, and appealed by a button; checked in, and appealed by words.
      const boastText = '热烈祝贺我村荣获全市年度考核第一名!感谢各级领导的关心支持,我们将再创佳绩!'
      await say(page, WANG, boastText)
      await reminders(WANG, 'sent').getByTestId('press-申诉').click()
      await answers(WANG, '申诉已记下,编号 1,').waitFor()
      await say(page, ZHAO, '今日走访打卡,现场照片已上传。[图片][图片][图片]')
      await reminders(ZHAO, 'sent').waitFor()
      await tell(ZHAO, '申诉 照片是县里要的')
      await answers(ZHAO, '申诉已记下,编号 2,').waitFor()
      await inbox(LEADER).getByTestId('press-同意').first().waitFor()
      // Who decides reads what the group has read: nobody's pressed buttons.
      expect(
        await inbox(LEADER).getByTestId('reminder').filter({ hasText: '此前几条' }).first().textContent(),
      ).not.toContain('已阅')

      await order(LEADER, '同意申诉 1 通知,县里要求转发的通报', '消息改记为“信息通知”')
      await reminders(WANG, 'withdrawn').waitFor()
      await reminders(WANG, 'sent').filter({ hasText: '已获同意' }).waitFor()
      await decisionOn(messageOf(page, boastText), '已撤回,不作数')
      await inbox(LEADER).getByTestId('reminder').filter({ hasText: '2 号' }).getByTestId('press-驳回').click()
      await reminders(ZHAO, 'sent').filter({ hasText: '认为提醒可以保留' }).waitFor()

      // Left alone, and silent for a while.
      await order(LEADER, '豁免 @李梅', '已豁免')
      const exempt = await say(page, LIMEI, '再传喜讯!我村获评全省文明村,成绩喜人,再创辉煌!')
      await decisionOn(exempt, '属于豁免,未发')
      await order(LEADER, '静默到明天9点', '已静默到')
      const silenced = await say(
        page,
        ZHAO,
        '热烈祝贺我办荣获全县年度考核第一名!感谢各级领导的关心支持,我们将再创佳绩!',
      )
      await decisionOn(silenced, '机器人已静默')
      await order(LEADER, '取消静默', '已结束静默')

      // Rolled back, twice: the exemption, then what turned the rules on.
      await order(LEADER, '撤销', '恢复为第 2 版')
      await order(LEADER, '撤销', '恢复为第 1 版,现在是第 5 版,只记录、不提醒')
      await mode('observe')
      const last = await say(page, ZHAO, '捷报频传!我办荣获全市考核优秀等次第一名,成绩来之不易,可喜可贺!')
      await decisionOn(last, '试运行,未发出')
      await reminders(ZHAO, 'simulated').waitFor()

      expect(await page.getByTestId('error').count()).toBe(0)
      expect(mishaps).toEqual([])
    },
    STORY_MS,
  )
})
