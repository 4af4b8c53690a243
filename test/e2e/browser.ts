import { existsSync } from 'node:fs'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'

/** How long the page may take to show what happened, in milliseconds. */
const PATIENCE_MS = 15_000

/** The browser of the machine. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  if (!existsSync(executablePath))
    throw new Error(`No browser at ${executablePath}: install chromium, or set CHROMIUM_PATH to where it is.`)
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** The sandbox's page, and what should never happen on it: exceptions, console errors, requests to elsewhere. */
export async function openSandbox(browser: Browser, url: string): Promise<{ page: Page; mishaps: string[] }> {
  const mishaps: string[] = []
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(PATIENCE_MS)
  page.on('pageerror', (error) => mishaps.push(`exception: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') mishaps.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) mishaps.push(`request to ${request.url()}`)
  })
  await page.goto(`${url}/sandbox`)
  return { page, mishaps }
}

/** The last message with these words in the stream. */
export const messageOf = (page: Page, text: string): Locator =>
  page
    .getByRole('article')
    .filter({ has: page.getByTestId('text').getByText(text, { exact: true }) })
    .last()

/** Types a message into the group as one person and sends it. */
export async function type(page: Page, speakerId: string, text: string): Promise<void> {
  await page.getByTestId(`speaker-${speakerId}`).click()
  await page.getByTestId('composer').fill(text)
  await page.getByTestId('composer').press('Enter')
}

/** Types a message as one person and gives its place in the stream, once it is judged and shown. */
export async function say(page: Page, speakerId: string, text: string): Promise<Locator> {
  await type(page, speakerId, text)
  const message = messageOf(page, text)
  await message.getByTestId('verdict').waitFor()
  return message
}
