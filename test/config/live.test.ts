import { beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { type ConfigRecord, createLiveConfig, type LiveConfig } from '../../src/config/live.ts'
import { ConfigError } from '../../src/config/problems.ts'
import { keptLog } from '../support/log.ts'
import { load, minimal } from './support.ts'

const wrong = (message: string) => new ConfigError([{ file: 'firebreak.yml', line: 3, column: 1, key: 'x', message }])

let text: string
let live: LiveConfig<{ made: number }>
let record: ConfigRecord
let away: boolean
let recorded: string[]
let log: ReturnType<typeof keptLog>
let refuse: string | null
let loads: number
beforeEach(async () => {
  text = minimal
  away = false
  recorded = []
  refuse = null
  loads = 0
  log = keptLog()
  record = {
    async loaded(_, compare) {
      if (away) throw new Error('the database is away')
      recorded.push(`loaded ${compare({ a: 1 }, { a: 2 })}`)
    },
    async rejected(problems) {
      if (away) throw new Error('the database is away')
      recorded.push(`rejected ${problems}`)
    },
  }
  let made = 0
  live = createLiveConfig<{ made: number }>(await load(text), {
    load: async () => {
      loads += 1
      return await load(text)
    },
    fingerprint: async () => (await load(text).catch(() => ({ file: { hash: text } }) as Config)).file.hash,
    prepare: () => {
      if (refuse) throw wrong(refuse)
      made += 1
      return { made }
    },
    record,
    log,
  })
})

const more = () => `${minimal}  payments: { target: prod }\n`

describe('the configuration that holds', () => {
  it('is the first one, with what was made of it', () => {
    expect(live.now()).toMatchObject({ made: 1, services: { checkout: { name: 'checkout' } } })
  })

  it('is another one as a whole once that is on record', async () => {
    const before = live.now()
    text = more()
    await live.check()
    expect(Object.keys(live.now().services)).toEqual(['checkout', 'payments'])
    expect(live.now().made).toBe(2)
    expect(before.services.payments, 'whoever holds the old one goes on with it').toBeUndefined()
    expect(recorded).toEqual(['loaded a: 1 → 2'])
  })

  it('is not looked at again while the file is the same, unless somebody asks for it', async () => {
    await live.check()
    expect(loads).toBe(0)
    await live.reload()
    expect(live.now().made, 'what it names is read anew: a kubeconfig, for one').toBe(2)
  })

  it('stays while the new one can’t be put on record, and is tried again', async () => {
    text = more()
    away = true
    await live.check()
    expect(live.now().services.payments).toBeUndefined()
    expect(log.messages).toEqual(['the configuration could not be loaded anew; trying again'])
    away = false
    await live.check()
    expect(live.now().services.payments).toBeDefined()
  })

  it('stays when the new one is wrong in itself or in what it names, which is told with its line', async () => {
    text = minimal.replace('\nservices', '\nservcies')
    await live.check()
    await live.check()
    expect(recorded).toEqual([expect.stringMatching(/^rejected .*firebreak\.yml:5:1 {2}servcies: unknown key/)])
    expect(log.messages[0]).toMatch(/the last good one holds:\n.*:5:1 {2}servcies/s)
    text = more()
    refuse = 'no such kubeconfig'
    await live.check()
    expect(recorded.at(-1)).toMatch(/no such kubeconfig/)
    expect(live.now().made).toBe(1)
    refuse = null
    await live.reload()
    expect(live.now().services.payments).toBeDefined()
  })

  it('keeps what Slack needs until the next start', async () => {
    text = minimal.replace('C0INCIDENTS', 'C0OTHER')
    await live.check()
    expect(live.now().slack.incidentsChannel).toBe('C0INCIDENTS')
  })

  it('changes one after the other, and ends with the last', async () => {
    const all = [live.reload(), live.reload()]
    text = more()
    await Promise.all([...all, live.check(), live.reload()])
    expect(live.now().services.payments).toBeDefined()
  })
})
