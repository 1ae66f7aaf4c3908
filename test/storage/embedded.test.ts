import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Account } from '../../src/storage/embedded/account.ts'
import { type Bot, dataFolder, ordinaryUser, query, startBot } from './bots.ts'

const asRoot = process.getuid?.() === 0
const ordinary = await ordinaryUser()
if (ordinary.missing)
  console.warn(`The embedded Postgres of an ordinary user is not tested: there is no ${ordinary.missing}`)

it.runIf(process.env.CI === 'true')('finds what it needs in CI', () => {
  expect(ordinary.missing).toBe('')
})

const people: [string, Account | null][] = [[asRoot ? 'root' : 'the user of these tests', null]]
if (ordinary.account) people.push(['an ordinary user', ordinary.account])

describe.each(people)('the embedded Postgres of %s', (_name, account) => {
  let folder: Awaited<ReturnType<typeof dataFolder>>
  const bots: Bot[] = []
  const start = async () => {
    const bot = await startBot(folder.path, account)
    bots.push(bot)
    return bot
  }
  const data = (...path: string[]) => join(folder.path, 'postgres', 'data', ...path)
  const postmaster = async () => Number((await readFile(data('postmaster.pid'), 'utf8')).split('\n')[0])

  beforeAll(async () => {
    folder = await dataFolder(account)
    await mkdir(join(folder.path, 'postgres.new-999999999-crashed'))
    const [bot, same] = await Promise.all([start(), start()])
    expect(bot.url, 'both first starts came to the same cluster').toBe(same.url)
    const clusters = (await readdir(folder.path)).filter((name) => name.startsWith('postgres'))
    expect(clusters, 'what a crash left of a first start is gone').toEqual(['postgres'])
    await query(bot.migrateUrl, 'create table kept (what text)')
    await Promise.all([bot.stop(), same.stop()])
  })
  afterEach(async () => {
    for (const bot of bots.splice(0)) if (bot.child.exitCode === null && !bot.child.signalCode) await bot.stop()
  })
  afterAll(() => folder.remove())

  it('keeps its data between starts, on a port that is free now', async () => {
    const before = await start()
    await query(before.migrateUrl, `insert into kept values ('between starts')`)
    await before.stop()
    await expect(query(before.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const after = await start()
    expect(await query(after.migrateUrl, 'select what from kept')).toContainEqual({ what: 'between starts' })
  })

  it('outlives a killed bot, whose successor takes it over', async () => {
    const killed = await start()
    await query(killed.migrateUrl, `insert into kept values ('after kill -9')`)
    const pid = await postmaster()
    await killed.kill()
    const next = await start()
    expect(await postmaster()).toBe(pid)
    expect(next.url).toBe(killed.url)
    expect(await query(next.migrateUrl, 'select what from kept')).toContainEqual({ what: 'after kill -9' })
    await next.stop()
    await expect(query(next.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('recovers when bot and postmaster were both killed', async () => {
    const killed = await start()
    await query(killed.migrateUrl, `insert into kept values ('after two kills')`)
    const pid = await postmaster()
    await killed.kill()
    process.kill(pid, 'SIGKILL')
    const next = await start()
    expect(await postmaster()).not.toBe(pid)
    expect(await query(next.migrateUrl, 'select what from kept')).toContainEqual({ what: 'after two kills' })
  })

  it('comes back at the same address when it is killed under a running bot', async () => {
    const bot = await start()
    const killed = await postmaster()
    process.kill(killed, 'SIGKILL')
    await vi.waitFor(() => query(bot.url, 'select 1'), { timeout: 15_000, interval: 200 })
    expect(await postmaster()).not.toBe(killed)
  })

  it('is not put off by a pid file that names a living stranger', async () => {
    const bot = await start()
    const file = await readFile(data('postmaster.pid'), 'utf8')
    await bot.stop()
    const { uid, gid } = await stat(data())
    const stranger = spawn('sleep', ['60'], asRoot ? { uid, gid } : {})
    await once(stranger, 'spawn')
    await writeFile(data('postmaster.pid'), file.replace(/^\d+/, String(stranger.pid)))
    const next = await start()
    expect(await query(next.url, 'select 1 as up')).toEqual([{ up: 1 }])
    stranger.kill()
  })

  it('serves two bots, and the last one stops it', async () => {
    const [one, two] = [await start(), await start()]
    await one.stop()
    expect(await query(two.url, 'select 1 as up')).toEqual([{ up: 1 }])
    await two.stop()
    await expect(query(two.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('is there for a bot that starts while the last one stops', async () => {
    const leaving = await start()
    const [, coming] = await Promise.all([leaving.stop(), start()])
    expect(await query(coming.url, 'select 1 as up')).toEqual([{ up: 1 }])
  })

  it('does not hear a Ctrl-C in the terminal of the bot', async () => {
    const bot = await start()
    const since = await query(bot.url, 'select pg_postmaster_start_time() as since')
    process.kill(-(bot.child.pid ?? 0), 'SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await query(bot.url, 'select pg_postmaster_start_time() as since')).toEqual(since)
  })

  it('gives the bot a role that owns nothing, and nobody a superuser', async () => {
    const { url, migrateUrl } = await start()
    await expect(query(url, 'create table mine (id int)')).rejects.toMatchObject({ code: '42501' })
    const roles = `select rolname, rolsuper from pg_roles where rolname in (current_user, 'postgres')`
    expect(await query(migrateUrl, roles)).toContainEqual({ rolname: 'firebreak_owner', rolsuper: false })
    expect(await query(url, roles)).toContainEqual({ rolname: 'firebreak_bot', rolsuper: false })
    for (const password of ['', 'postgres']) {
      const superuser = url.replace(/\/\/[^@]+@/, `//postgres:${password}@`)
      await expect(query(superuser, 'select 1')).rejects.toThrow(/password/)
    }
  })

  it('keeps its files and passwords to its user, who is not root', async () => {
    const passwords = await stat(data('..', 'passwords.json'))
    const files = await stat(data())
    expect([files.mode & 0o777, passwords.mode & 0o777]).toEqual([0o700, 0o600])
    expect(files.uid).not.toBe(0)
  })

  it('writes everything down before it says that it did', async () => {
    const { url } = await start()
    const rows = await query(url, `select name, setting from pg_settings where name in ('fsync', 'data_checksums')`)
    expect(rows).toEqual([
      { name: 'data_checksums', setting: 'on' },
      { name: 'fsync', setting: 'on' },
    ])
  })
})
