import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Message } from '../slack/fake/types.ts'
import { EFFECT } from '../support/relay.ts'
import { cards, type Scene, setScene, TAKEN_OVER } from './scene.ts'

const it = test.extend<{ scene: Scene }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern what it has to make first
  scene: async ({}, use) => {
    const scene = await setScene()
    await use(scene)
    await scene.close()
    scene.slack.assertClean()
  },
})

/** Every message once, the card at its end, and one PATCH in all. */
async function expectOnce(scene: Scene, root: Message, card: Message) {
  await scene.shows(card, /Succeeded.*5\/5 ready/, TAKEN_OVER)
  const thread = scene.thread(root)
  expect(cards(thread)).toHaveLength(1)
  expect(new Set(thread.map(({ text }) => text)).size).toBe(thread.length)
  expect(scene.cluster.effects()).toBe(1)
  expect(scene.cluster.replicas()).toBe(5)
}

// Side by side: most of their time is the lease of a dead process.
describe.concurrent('kill -9, and a new start', { timeout: 90_000 }, () => {
  it('runs what was approved but not begun', async ({ scene }) => {
    const bot = await scene.start()
    const root = await scene.open()
    const card = await scene.plan(root)
    const held = scene.cluster.hold(/^GET .*deployments\/checkout/) // what is looked at before anything is written
    await scene.approve(card)
    await held.reached
    expect(await bot.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
    held.release()
    expect(await scene.states()).toEqual(['approved', 'claimed'])
    expect(scene.cluster.effects()).toBe(0)

    await scene.start()
    await expectOnce(scene, root, card)
    const states = ['approved', 'claimed', 'approved', 'claimed', 'intended', 'applied', 'succeeded']
    expect(await scene.states()).toEqual(states)
  })

  it('finds out what became of a PATCH whose answer nobody heard', async ({ scene }) => {
    const bot = await scene.start()
    const root = await scene.open()
    const card = await scene.plan(root)
    const held = scene.cluster.hold(EFFECT)
    await scene.approve(card)
    await held.reached
    await bot.end('SIGKILL')
    held.release()
    expect(await scene.states()).toEqual(['approved', 'claimed', 'intended'])

    await scene.start()
    await expectOnce(scene, root, card)
    expect(await scene.states()).toEqual(['approved', 'claimed', 'intended', 'applied', 'succeeded'])
  })

  it('knows the card again whose post it did not live to hear of', async ({ scene }) => {
    const bot = await scene.start()
    const root = await scene.open()
    scene.slack.fail('chat.postMessage', { dropResponse: true, times: 1 })
    const card = await scene.plan(root)
    await bot.end('SIGKILL')

    await scene.start()
    await scene.approve(card)
    await expectOnce(scene, root, card)
  })

  it('goes on watching, on the embedded Postgres that outlived the process', async ({ scene }) => {
    const embedded = { DATABASE_URL: '', DATABASE_MIGRATE_URL: '', FIREBREAK_DATA_DIR: 'data' }
    const postmaster = async () =>
      (await readFile(join(scene.folder, 'data/postgres/data/postmaster.pid'), 'utf8')).split('\n')[0]
    const bot = await scene.start(embedded)
    const passwords = await readFile(join(scene.folder, 'data/postgres/passwords.json'), 'utf8')
    scene.secrets.push(...Object.values<string>(JSON.parse(passwords)))
    const root = await scene.open()
    const card = await scene.plan(root)
    scene.cluster.freeze()
    await scene.approve(card)
    await scene.shows(card, /Applied, watching/)
    await bot.end('SIGKILL')
    const pid = await postmaster()

    const next = await scene.start(embedded)
    expect(await postmaster()).toBe(pid)
    scene.cluster.thaw()
    await expectOnce(scene, root, card)
    expect((await next.end('SIGTERM')).code).toBe(0)
    await expect(postmaster()).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
