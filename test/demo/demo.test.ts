import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findLocalSlack } from '../../src/demo/local-slack.ts'
import { CHROMIUM, DESKTOP, PHONE, screenshot, startBrowser } from './browser.ts'
import { processesOf, type RunningDemo, runDemo } from './running-demo.ts'
import { SlackPage } from './slack-page.ts'

const missing = [
  ...(CHROMIUM ? [] : ['chromium (apt-get install chromium)']),
  ...(findLocalSlack() ? [] : ['local-slack (npm ci --include=optional, on Linux x64)']),
]
if (missing.length > 0) console.warn(`The demo is not tested: there is no ${missing.join(', and no ')}`)

it.runIf(process.env.CI === 'true')('finds what it needs in CI', () => {
  expect(missing).toEqual([])
})

/** One story: each test goes on where the one before it stopped. */
describe.skipIf(missing.length > 0)('the demo', { timeout: 100_000 }, () => {
  let folder: string
  let demo: RunningDemo
  let browser: BrowserContext
  let slack: SlackPage
  const pageErrors: Error[] = []
  const taken = createServer()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firebreak-demo-'))
    await chmod(folder, 0o755) // as root, Postgres runs as somebody else
    await new Promise<void>((resolve) => taken.once('error', () => resolve()).listen(3100, '127.0.0.1', resolve))
    demo = await runDemo(folder)
    browser = await startBrowser(folder)
    slack = await openSlack()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await demo?.pressCtrlC().catch(() => {})
    taken.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** A screenshot of nothing happening says little; what the page and the demo last said says more. */
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    console.error(await slack?.page.locator('body').innerText({ timeout: 5_000 }).catch(String))
    console.error(demo?.output())
  })

  async function openSlack(): Promise<SlackPage> {
    const page = browser.pages()[0] ?? (await browser.newPage())
    page.setDefaultTimeout(90_000)
    page.removeAllListeners('pageerror').on('pageerror', (error) => pageErrors.push(error))
    const opened = new SlackPage(page)
    await opened.open(demo.url)
    return opened
  }

  /** What is in a file of the open thread, as its link gives it. */
  async function fileIn(name: string): Promise<string> {
    const link = slack.thread.locator(`a.file-card-body[href$="/${name}"]`)
    return await (await fetch(new URL(String(await link.getAttribute('href')), demo.url))).text()
  }

  const shoot = (name: string) => screenshot(slack.page, name, folder)

  it('shows what it starts, and goes round a port that is taken', () => {
    expect(demo.output()).toMatch(/Postgres … [\d.]+ s\n.*Simulated production … [\d.]+ s\n.*Slack in the browser … /)
    expect(demo.url).not.toContain(':3100')
  })

  it('refuses to run twice on the same data', async () => {
    await expect(runDemo(folder, '--fresh')).rejects.toThrow(/exit code 1:[\s\S]*runs already \(process \d+\)/)
  })

  it('opens an incident', async () => {
    await slack.actAs('Alice')
    await slack.type('/incident open P1 "Checkout times out" --service checkout')
    const card = slack.message('INC-1 · P1 · Checkout times out')
    await card.getByRole('button', { name: 'Resolve' }).waitFor()
    expect(await card.textContent()).toMatch(/Commander:.*@Alice/)
    await slack.openThread('Checkout times out')
    await slack.reply('What to do next').waitFor()
    await shoot('opened')
  })

  it('looks at production', async () => {
    await slack.type('/ops pods checkout')
    await slack.reply(/checkout: \d\/3 ready.*OOMKilled/).waitFor()
    await slack.typeInThread('@firebreak ops logs checkout --tail 100 --grep payment')
    await slack.reply(/checkout: \d+ lines with “payment”/).waitFor()
    expect(await fileIn('logs-checkout.txt')).toContain('payment authorization failed')
    await shoot('looked')
  })

  it('plans a change, and refuses its own requester', async () => {
    await slack.type('/ops scale checkout 5')
    const card = slack.reply('OP-1 · scale checkout 5')
    await slack.click(card.getByRole('button', { name: 'Approve' }), slack.page.getByText('Nothing changed:'))
    expect(await card.textContent()).toContain('replicas 3 → 5')
  })

  it('asks another person, who may be on a phone', async () => {
    await slack.actAs('Bob')
    await slack.page.setViewportSize(PHONE)
    const card = slack.reply('OP-1 · scale checkout 5')
    await card.getByRole('button', { name: 'Approve' }).scrollIntoViewIfNeeded()
    expect(await slack.page.getByText('Nothing changed:').filter({ visible: true }).count()).toBe(0)
    const { scrollWidth } = await slack.thread.evaluate(({ scrollWidth }) => ({ scrollWidth }))
    expect(scrollWidth).toBeLessThanOrEqual(PHONE.width)
    await shoot('phone')
  })

  it('runs what was approved and watches it until all five are ready', async () => {
    await slack.page.setViewportSize(DESKTOP)
    const card = slack.reply('OP-1 · scale checkout 5')
    await slack.click(card.getByRole('button', { name: 'Approve' }), card.getByText('Approved by'))
    await card.getByText('5/5 ready').waitFor()
    await card.getByRole('button', { name: 'Undo' }).scrollIntoViewIfNeeded()
    expect(await card.textContent()).toMatch(/Succeeded.*Approved by @Bob/s)
    await shoot('succeeded')
  })

  it('resolves, and exports the timeline into the thread', async () => {
    await slack.type('/incident resolve')
    await slack.reply('INC-1 is resolved').waitFor()
    await slack.type('/incident export INC-1 md')
    const timeline = await fileIn('INC-1.md')
    await shoot('exported')
    expect(timeline).toContain('Checkout times out')
    expect(timeline).toMatch(/OP-1 \| scale checkout 5 .* alice \| bob \| succeeded: 5\/5 ready/)
    expect(timeline).toContain('hash chain INC-1')
  })

  it('opens another incident, stops at Ctrl-C and leaves no process behind', async () => {
    await slack.type('/incident open P2 "Catalog is slow" --service catalog')
    await slack.message('INC-2 · P2 · Catalog is slow').waitFor()
    await slack.type('/ops scale catalog 4')
    await slack.openThread('Catalog is slow')
    await slack.reply('OP-2 · scale catalog 4').waitFor()
    expect((await processesOf(folder)).join()).toMatch(/local-slack.*postgres|postgres.*local-slack/)
    expect(await demo.pressCtrlC()).toBe(0)
    expect(await processesOf(folder)).toEqual([])
    expect(pageErrors).toEqual([])
  })

  it('starts again with its data: the open incident has its cards anew, what is over has none', async () => {
    demo = await runDemo(folder)
    slack = await openSlack()
    await slack.message('INC-2 · P2 · Catalog is slow').waitFor()
    await slack.openThread('Catalog is slow')
    await slack.reply('OP-2 · scale catalog 4').getByRole('button', { name: 'Approve' }).waitFor()
    expect(await slack.reply('What to do next').count()).toBe(0)
    expect(await slack.message('INC-1').count()).toBe(0)
    await slack.type('/incident list')
    await slack.message(/INC-2.*INC-1/s).waitFor()
  })

  it('starts over with --fresh, even after a kill -9', async () => {
    await demo.kill()
    expect((await processesOf(folder)).length).toBeGreaterThan(0)
    demo = await runDemo(folder, '--fresh')
    slack = await openSlack()
    await slack.type('/incident open P3')
    await slack.message('INC-1 · P3').waitFor()
    expect(await demo.pressCtrlC()).toBe(0)
    expect(await processesOf(folder)).toEqual([])
  })
})
