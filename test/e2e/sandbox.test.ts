import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp } from '../helpers/app.ts'
import { openBrowser, openSandbox, say as sayOn } from './browser.ts'

const REPLAY_MS = 120_000

let app: Awaited<ReturnType<typeof startTestApp>>
let browser: Browser
let page: Page
/** What should never happen on the page: exceptions, console errors, requests to elsewhere. */
let mishaps: string[]

beforeAll(async () => {
  app = await startTestApp()
  browser = await openBrowser()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

beforeEach(async () => {
  const opened = await openSandbox(browser, app.url)
  page = opened.page
  mishaps = opened.mishaps
})

afterEach(async () => {
  await page.close()
})

const say = (speakerId: string, text: string) => sayOn(page, speakerId, text)
const labelOf = (message: Locator) => message.getByTestId('verdict').getAttribute('data-label')

describe('the sandbox in a browser', () => {
  it('judges a task, a boast and a completion, reminds in private, and keeps ledger and digest', async () => {
    const info = (await (await fetch(`${app.url}/api/sandbox`)).json()) as {
      groups: { members: { memberId: string; name: string; role: string }[] }[]
    }
    const people = info.groups[0]?.members ?? []
    const leader = people.find(({ role }) => role === 'leader')
    const [worker, boaster] = people.filter(({ role }) => role === 'member')
    if (!leader || !worker || !boaster) throw new Error('the sandbox offers no leader with two members')

    const task = await say(leader.memberId, `@${worker.name} 请于明天17:00前把安全隐患排查台账报我。`)
    expect(await labelOf(task)).toBe('task')
    const boastText = '热烈祝贺我单位荣获全市年度考核第一名!感谢各级领导的关心支持,我们将再创佳绩!'
    const boast = await say(boaster.memberId, boastText)
    expect(await labelOf(boast)).toBe('boast')

    await boast.getByTestId('why').click()
    await boast.getByTestId('evidence').getByRole('listitem').first().waitFor()
    await boast.getByTestId('decision').first().waitFor()
    await page.getByTestId(`inbox-${boaster.memberId}`).getByTestId('reminder').first().waitFor()
    expect(await page.getByTestId(`inbox-${worker.memberId}`).getByTestId('reminder').count()).toBe(0)

    await page.getByTestId('tab-ledger').click()
    const item = page.getByTestId('ledger-item').filter({ hasText: '安全隐患排查台账' })
    expect(await item.getAttribute('data-state')).toBe('open')
    expect(await item.textContent()).toContain(worker.name)

    await task.getByTestId('reply').click()
    await page.getByTestId('quoted').waitFor()
    const completion = await say(worker.memberId, '安全隐患排查台账已报送,全部整改完毕。')
    expect(await labelOf(completion)).toBe('progress')
    await page.locator('[data-testid=ledger-item][data-state=done]').filter({ hasText: '安全隐患排查台账' }).waitFor()

    await page.getByTestId('tab-digest').click()
    await page.getByTestId('digest').getByText('已办结').waitFor()
    expect(await page.getByTestId('digest').textContent()).toContain('安全隐患排查台账')
    expect(await page.getByTestId('error').count()).toBe(0)
    expect(mishaps).toEqual([])
  })

  it(
    'replays a transcript to its end and lists what is open in the digest',
    async () => {
      const replay = page.locator('[data-testid^="replay-"]:is(button)').first()
      await page.getByTestId('speed-full').click()
      await replay.click()
      const progress = page.getByTestId('replay-progress')
      await progress.and(page.locator('[data-state=ended]')).waitFor({ timeout: REPLAY_MS })
      const [, sent, total] = /(\d+)\/(\d+)/.exec((await progress.textContent()) ?? '') ?? []
      expect(Number(total)).toBeGreaterThan(20)
      expect(sent).toBe(total)
      // The page shows all of them once its last reload is in.
      await page
        .locator('article[data-testid^="message-"]')
        .nth(Number(total) - 1)
        .waitFor()

      await page.getByTestId('tab-ledger').click()
      const open = page.locator('[data-testid=ledger-item][data-closed=false]')
      const number = await open.first().getAttribute('data-number')
      await page.getByTestId('tab-digest').click()
      await page.getByTestId('digest').getByText(`${number}号`).first().waitFor()

      expect(await page.getByTestId('error').count()).toBe(0)
      expect(mishaps).toEqual([])
    },
    REPLAY_MS + 30_000,
  )

  it('says what it would have said while it only observes', async () => {
    await page.getByTestId('mode-observe').click()
    await page.getByTestId('mode-switch').and(page.locator('[data-mode=observe]')).waitFor()
    const speaker = page.getByTestId(/^speaker-/).last()
    const speakerId = (await speaker.getAttribute('data-testid'))?.replace('speaker-', '') ?? ''
    const boast = await say(speakerId, '喜报!我办在全县综合考评中名列第一,再创历史新高,可喜可贺!')
    await boast.getByTestId('decision').getByText('试运行,未发出').waitFor()
    await page.getByTestId(`inbox-${speakerId}`).getByText('试运行(未发出)').waitFor()

    await page.getByTestId('mode-enforce').click()
    await page.getByTestId('mode-switch').and(page.locator('[data-mode=enforce]')).waitFor()
    expect(mishaps).toEqual([])
  })

  it('is used by keyboard alone', async () => {
    const members = page.getByTestId(/^speaker-/)
    await members.first().waitFor()
    await members.first().getByRole('radio').focus()
    await page.keyboard.press('ArrowRight')
    expect(await members.nth(1).getByRole('radio').isChecked()).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.type('水管爆了,三号楼停水,需要派人来修。')
    await page.keyboard.press('Enter')
    await page.getByTestId('text').getByText('水管爆了,三号楼停水,需要派人来修。', { exact: true }).waitFor()

    await page.getByTestId('tab-inbox').focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByTestId('tab-ledger').getAttribute('aria-selected')).toBe('true')
    await page.getByTestId('ledger-item').filter({ hasText: '停水' }).waitFor()
    expect(mishaps).toEqual([])
  })
})
