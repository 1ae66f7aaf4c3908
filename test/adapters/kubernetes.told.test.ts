import type { RequestListener } from 'node:http'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../src/adapters/kubernetes/told.ts'
import { openLog } from '../../src/log.ts'
import { createRedactor } from '../../src/redaction/redactor.ts'
import { because } from '../../src/timeline/because.ts'
import { TOKEN, tinyClusters } from './tiny-clusters.ts'

const clusters = tinyClusters()
const checkout = { name: 'checkout', uid: 'an-uid' }

let calls: Call[]
beforeEach(() => {
  calls = []
})
const portOn = async (listener: RequestListener) =>
  await clusters.connect((await clusters.serve(listener)).url, { told: (call) => calls.push(call), timeoutMs: 300 })

const answers =
  (status: number, body: object): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

describe('a request to a cluster is told when it ended', () => {
  it('with what was asked for, how it ended and how long it took', async () => {
    const port = await portOn(
      answers(200, { kind: 'Deployment', metadata: { name: 'checkout' }, spec: { template: {} } }),
    )
    await port.deployment('checkout')
    const call = { verb: 'get', resource: 'deployments', object: 'deployment checkout', changes: false }
    expect(calls).toEqual([{ ...call, outcome: 'ok', problem: null, ms: expect.any(Number) }])
  })

  it('as a change only when it is one: a dry run is none', async () => {
    const port = await portOn(answers(200, {}))
    await port.scale(checkout, { from: 3, to: 5 }, { dryRun: true })
    await port.scale(checkout, { from: 3, to: 5 })
    expect(calls.map(({ resource, changes }) => [resource, changes])).toEqual([
      ['deployments/scale', false],
      ['deployments/scale', true],
    ])
  })

  it('with its problem in the words that people get, when it failed, and with nothing that was sent', async () => {
    const refused = await portOn(answers(403, { kind: 'Status', message: 'no' }))
    await expect(refused.scale(checkout, { from: 3, to: 5 })).rejects.toThrow()
    const silent = await portOn(() => {})
    await expect(silent.restart(checkout, '2026-11-21T10:00:00Z')).rejects.toThrow()
    expect(calls).toMatchObject([
      { outcome: 'forbidden', problem: "the bot's account may not patch deployments/scale in microservices" },
      { outcome: 'timeout', problem: expect.stringMatching(/didn't answer within 0.3 s$/), resource: 'deployments' },
    ])
    expect(JSON.stringify(calls)).not.toMatch(new RegExp(`${TOKEN}|an-uid|2026-11`))
  })

  it('because of what asked for it, redacted', async () => {
    const lines: string[] = []
    const redact = createRedactor({ emails: false, patterns: [], secrets: [] })
    const log = openLog('trace', redact, { write: (line) => lines.push(line) })
    const message = 'admission webhook denied it: password=Tr0ub4dor-hook'
    const { url } = await clusters.serve(answers(400, { kind: 'Status', message }))
    const port = await clusters.connect(url, { told: (call) => log.debug(call, 'a cluster was asked') })
    const ask = (cause: string) => because({ cause }, () => port.deployment('checkout').catch(() => {}))
    await Promise.all([ask('command:1'), ask('command:2')])
    expect(lines.map((line) => JSON.parse(line).cause).sort()).toEqual(['command:1', 'command:2'])
    expect(lines.join('')).toContain('admission webhook denied it: password=[redacted: password]')
    expect(lines.join('')).not.toContain('Tr0ub4dor')
  })
})
