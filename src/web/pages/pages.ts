import type { Component } from 'vue'

interface Page {
  title: string
  load: () => Promise<Component>
}

const sandbox: Page = { title: '沙箱', load: () => import('./sandbox/SandboxPage.vue') }

/** Every page of the web app by its path; each is loaded only when it is opened. */
const PAGES: Readonly<Record<string, Page>> = {
  '/': sandbox,
  '/sandbox': sandbox,
}

/** The page of a `location.pathname`, a trailing slash aside; undefined where there is none. */
export const pageAt = (pathname: string): Page | undefined => PAGES[pathname.replace(/(?<=.)\/+$/, '')]
