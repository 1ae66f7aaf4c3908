import { connect, createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { waitForDatabase, whenThere } from '../../src/storage/database.ts'
import { keptLog } from '../support/log.ts'

/** The door to the real Postgres: closed until it listens. */
let door: Server
let url: string
const log = keptLog()

beforeEach(async () => {
  log.messages.length = 0
  const real = new URL(inject('migrated').url)
  door = createServer((socket) => {
    const inside = connect(Number(real.port), real.hostname)
    socket.on('error', () => inside.destroy()).pipe(inside)
    inside.on('error', () => socket.destroy()).pipe(socket)
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const { port } = door.address() as { port: number }
  await new Promise((resolve) => door.close(resolve))
  // Not `migrated` itself: it can't be copied while somebody is connected to it.
  url = Object.assign(new URL(real), { port: String(port), pathname: '/firebreak' }).href
})
afterEach(() => new Promise((resolve) => door.close(resolve)))

describe('waiting for the database', () => {
  it('says once that it is away, waits, and goes on when it is there', async () => {
    const waiting = waitForDatabase(url, { log })
    await vi.waitFor(() => expect(log.messages).toEqual(['the database is away; waiting for it']))
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(log.messages).toHaveLength(1)
    await new Promise<void>((resolve) => door.listen(Number(new URL(url).port), '127.0.0.1', resolve))
    await waiting
    expect(log.messages).toEqual(['the database is away; waiting for it', 'the database is back'])
  })

  it('ends when the program is told to stop', async () => {
    const stop = new AbortController()
    const waiting = waitForDatabase(url, { log, signal: stop.signal })
    setTimeout(() => stop.abort(), 100)
    await expect(waiting).rejects.toThrow('abort')
  })

  it('does not wait for what waiting does not mend', async () => {
    const { url } = inject('migrated')
    const wrong = url.replace(/:[^:@]+@/, ':wrong@')
    await expect(waitForDatabase(wrong, { log })).rejects.toMatchObject({ code: 'refused' })
    await expect(waitForDatabase(url.replace(/\w+$/, 'nowhere'), { log })).rejects.toThrow(/Create it: CREATE DATABASE/)
  })

  it('begins anew with what the database left in the middle, and with nothing else that fails', async () => {
    await new Promise<void>((resolve) => door.listen(Number(new URL(url).port), '127.0.0.1', resolve))
    const failures = [
      Object.assign(new Error('no'), { code: '57P01' }),
      Object.assign(new Error('no'), { code: '42P01' }),
    ]
    let tries = 0
    const work = async () => {
      tries += 1
      throw failures[tries - 1]
    }
    await expect(whenThere(url, { log }, work)).rejects.toMatchObject({ code: '42P01' })
    expect(tries).toBe(2)
    expect(log.messages).toEqual(['the database went away again'])
  })
})
