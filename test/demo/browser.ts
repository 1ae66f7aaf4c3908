import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path))

const PNGQUANT = '/usr/bin/pngquant'

export const DESKTOP = { width: 1280, height: 800 }
export const PHONE = { width: 390, height: 780 }

/** Debian's chromium on a profile that is thrown away with `folder`. */
export async function startBrowser(folder: string): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(join(folder, 'chromium'), {
    executablePath: CHROMIUM as string,
    headless: true,
    viewport: DESKTOP,
    timezoneId: 'Europe/Berlin',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  })
}

/** Kept for the README with SCREENSHOTS=1 (and Debian's pngquant), otherwise only to look at while a test is mended. */
export async function screenshot(page: Page, name: string, temporary: string): Promise<void> {
  const keep = process.env.SCREENSHOTS === '1'
  const folder = keep ? join(import.meta.dirname, '../../docs/screenshots') : join(temporary, 'screenshots')
  const path = join(folder, `${name}.png`)
  await page.mouse.move(0, 0) // nothing shall look hovered
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  if (keep) execFileSync(PNGQUANT, ['--force', '--strip', '--output', path, '64', path])
}
