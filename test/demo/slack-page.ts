import type { Locator, Page } from 'playwright-core'
import { vi } from 'vitest'

/** local-slack's page, in the words of its people. */
export class SlackPage {
  readonly page: Page
  readonly thread: Locator

  constructor(page: Page) {
    this.page = page
    this.thread = page.locator('.thread-pane')
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url)
    await this.page.getByPlaceholder('Message #incidents-critical').waitFor()
  }

  async actAs(name: string): Promise<void> {
    await this.page.locator('.actas select').selectOption({ label: name })
  }

  /** Into the channel's composer. */
  async type(text: string): Promise<void> {
    await say(this.page.locator('.main .composer textarea'), text)
  }

  async typeInThread(text: string): Promise<void> {
    await say(this.thread.locator('.composer textarea'), text)
  }

  /** A message of the channel that says this. */
  message(text: string | RegExp): Locator {
    return this.page.locator('.main .msg').filter({ hasText: text })
  }

  /** A reply in the open thread that says this. */
  reply(text: string | RegExp): Locator {
    return this.thread.locator('.msg').filter({ hasText: text })
  }

  async openThread(text: string): Promise<void> {
    await this.click(this.message(text).locator('.thread-summary'), this.reply(text))
  }

  /** The page scrolls with every new message, also between a mouse's down and up: a click that shows no effect is made again. */
  async click(target: Locator, effect: Locator): Promise<void> {
    await vi.waitFor(
      async () => {
        if (!(await effect.first().isVisible())) await target.click({ timeout: 2_000 })
        await effect.first().waitFor({ timeout: 2_000 })
      },
      { timeout: 30_000 },
    )
  }
}

async function say(composer: Locator, text: string): Promise<void> {
  await composer.fill(text)
  await composer.press('Enter')
}
