import { describe, expect, it, vi } from 'vitest'
import { INCIDENTS } from '../support/firebreak.ts'
import { apiWorld } from './api-world.ts'

const { bot, issue, key, post, run, get } = apiWorld()

const replicas = () => bot().playground?.world.deployments.get('checkout')?.replicas

describe('a line over the API', () => {
  it('does what it does in Slack, and the thread shows it', async () => {
    expect(await run('incident open P1 "Checkout times out" --service checkout')).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(/^INC-1 is open in #C0INCIDENTS/),
    })
    const root = await bot().slack.until(() => bot().slack.messages(INCIDENTS)[0])
    expect(root.text).toContain('INC-1')
    expect(await run('incident list')).toMatchObject({
      text: expect.stringMatching(/Open \(1\)\n• INC-1 · P1 .*led by @alice/s),
    })

    const planned = await run('ops scale checkout 5')
    expect(planned).toMatchObject({ kind: 'text', change: { name: 'OP-1', state: 'planned', ended: false } })
    const { hash } = planned.change ?? { hash: '' }
    expect(planned.text).toMatch(
      /OP-1 is planned; its card is in the thread of INC-1\.\n\nOP-1 `scale checkout 5`\n⏳ Waiting for approval\n/,
    )
    expect(planned.text).toMatch(/Needs another person with the role `approver`, until 20.. ?/)
    expect(planned.text).toContain('replicas 3 → 5 · deployment `checkout` in `microservices`')
    expect(planned.text).toContain(`To approve it: firebreak ops approve OP-1 ${hash.slice(0, 16)}\n`)
    await bot().inThread(root.ts, /scale checkout 5.*change\.approve/s)

    const [entry] = (await bot().entries('INC-1')).filter(({ body }) => body.type === 'change.planned')
    expect(entry).toMatchObject({
      actor: { id: 'T0FAKE/U0ALICE', name: 'alice' },
      cause: expect.stringMatching(/^cli:\d+:test-key-\d+$/),
    })
  })

  it('shows a reading whole, where Slack would cut it or show it in the thread', async () => {
    for (const where of ['', ' --incident none']) {
      const { kind, text } = await run(`ops logs checkout --tail 100${where}`)
      expect(kind).toBe('text')
      const [, lines] = /^checkout: (\d+) lines in the last 100 lines .*\n\n== checkout-/.exec(text) ?? []
      expect(text.match(/^\d{4}-.* (INFO|WARN|ERROR) /gm)).toHaveLength(Number(lines))
      expect(text.length, 'longer than Slack would show').toBeGreaterThan(4_000)
    }
  })

  it('tells what can be typed there, not in Slack', async () => {
    expect((await run('ops help')).text).toMatch(/firebreak ops scale <service> <replicas>/)
    expect((await run('ops help')).text).not.toContain('/ops')
  })

  it('says where a change stands to whoever waits for its end', async () => {
    expect(await get('/api/change?name=OP-1')).toMatchObject({ status: 200, body: { change: { state: 'planned' } } })
    const card = await bot().inThread(bot().slack.messages(INCIDENTS)[0]?.ts ?? '', /OP-1.*change\.approve/s)
    await bot().slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await vi.waitFor(async () => {
      const { body } = await get('/api/change?name=OP-1')
      expect(body).toMatchObject({ change: { state: 'succeeded', ended: true } })
      expect(body.text).toMatch(/Succeeded: 5\/5 ready.*Approved by @bob.*To undo it: firebreak ops undo OP-1/s)
    }, 10_000)
  })

  it('issues tokens to whoever policy lets, with a token of theirs', async () => {
    const carols = await issue('U0CAROL')
    const issued = await run('ops token U0BOB --days 7', carols)
    const [secret = ''] = /firebreak_[\w-]{43}/.exec(issued.text) ?? []
    expect((await run('ops token list', secret)).text).toMatch(/@bob, until .*issued by @carol/)
    expect(await run('ops token U0BOB')).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('no policy line allows token'),
    })
  })
})

describe('a line that can’t be right', () => {
  it.each([
    ['ops sclae checkout 5', 'choice', /Did you mean scale\?/],
    ['ops frobnicate', 'refused', /There is no `firebreak ops frobnicate`/],
    ['ops scale checkout', 'refused', /replicas is missing.\nUsage: `firebreak ops scale <service> <replicas>`/],
    [
      'incident open',
      'refused',
      /A terminal shows no form\. Say it in one line: `firebreak incident open P1 "Checkout times out"/,
    ],
    ['incident open P9', 'choice', /no severity/],
    ['incident resolve INC-99', 'refused', /There is no INC-99/],
    ['scale checkout 5', 'refused', /begins with `incident` or with `ops`/],
    ['ops undo OP-99', 'refused', /there is no OP-99/],
    ['ops token @bob', 'refused', /as a member id \(U0123BOB\)|a member id/],
    ['ops recover', 'refused', /^Nothing was done: no policy line allows recover/],
    ['ops oncall frobnicate', 'refused', /There is no service `frobnicate`\. There is `checkout`, `payments`/],
    ['ops logs checkout --grep password=hunter2hunter2', 'refused', /must neither keep nor pass on/],
    ['ops scale checkout 4 --incident INC-99', 'refused', /--incident must name an incident/],
    ['ops recover', 'refused', /^Nothing was done: /],
    [
      `ops scale checkout ghp_${'a'.repeat(36)}`,
      'refused',
      /^Nothing was done: the line holds what I must neither keep/,
    ],
  ])('%s is %s', async (line, kind, text) => {
    expect(await run(line)).toMatchObject({ kind, text: expect.stringMatching(text) })
  })

  it('offers lines that can be sent as they are', async () => {
    const { choices } = await run('ops sclae checkout 5')
    expect(choices).toEqual([{ label: 'firebreak ops scale checkout 5', line: 'ops scale checkout 5' }])
  })

  it('offers people’s titles on one line each, without what would steer a terminal', async () => {
    const title = 'Late\u001b[2J\u009b1m\u202e\nINC-9 looks open'
    const { text } = await run(`incident open P2 "${title}"`)
    const [name = ''] = /INC-\d+/.exec(text) ?? []
    const { choices } = await run('incident status')
    expect(choices).toContainEqual({ label: `${name} Late[2J1m INC-9 looks open`, line: `incident status ${name}` })
    await run(`incident resolve ${name}`)
  })

  it('may hold a NUL, which is nothing', async () => {
    expect(await run('incident\0 status\0 INC-1')).toMatchObject({ kind: 'refused' })
    expect(await run('incident status\0 INC-1')).toMatchObject({ kind: 'text', text: expect.stringContaining('INC-1') })
  })
})

describe('a gesture that comes twice', () => {
  const opened = async () => (await bot().db.selectFrom('incidents').select('id').execute()).length

  it('acts once, and the answer tells what the first one did', async () => {
    const body = { line: 'ops scale checkout 4 --incident INC-1', key: key() }
    const first = await post(body)
    const second = await post(body)
    expect(second).toMatchObject({
      status: 200,
      body: {
        kind: 'text',
        text: expect.stringMatching(/Not done again, it is on record already: alice asked for OP-2/),
      },
    })
    expect(second.body.change).toEqual(first.body.change)
    expect(await bot().db.selectFrom('changes').select('id').execute()).toHaveLength(2)
  })

  it('is told as done also when its own effect would be a reason to refuse it', async () => {
    const bobs = await issue('U0BOB')
    const planned = (await get('/api/change?name=OP-2')).body.change
    const body = { line: `ops approve OP-2 ${planned?.hash.slice(0, 16)}`, key: key() }
    expect((await post(body, bobs)).body.kind).toBe('text')
    await vi.waitFor(async () => {
      expect((await get('/api/change?name=OP-2')).body).toMatchObject({ change: { state: 'succeeded' } })
    }, 10_000)
    expect((await post(body, bobs)).body).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(/^Not done again, it is on record already: bob approved plan 1 .* of OP-2/),
      change: { name: 'OP-2', state: 'succeeded' },
    })
  })

  it('acts once also when both come at the same time', async () => {
    const before = await opened()
    const body = { line: 'incident open P2 "Twice"', key: key() }
    const answers = await Promise.all([post(body), post(body), post(body)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(answers.filter(({ body }) => /^INC-\d+ is open/.test(body.text))).toHaveLength(1)
    expect(answers.filter(({ body }) => /already: alice opened INC-\d+/.test(body.text))).toHaveLength(2)
    expect(await opened()).toBe(before + 1)
  })

  it('is refused twice, if it was the first time', async () => {
    const body = { line: 'ops token U0ALICE', key: key() }
    await post(body)
    expect(await post(body)).toMatchObject({
      body: { kind: 'refused', text: expect.stringMatching(/already: alice was refused/) },
    })
  })

  it('is another one when another person’s token has the same key', async () => {
    const before = await opened()
    const body = { line: 'incident open P2 "By two people"', key: key() }
    await Promise.all([post(body), post(body, await issue('U0BOB'))])
    expect(await opened()).toBe(before + 2)
  })
})

describe('at the end of all this', () => {
  it('production is as people approved it, once', () => {
    expect(replicas()).toBe(4)
  })
})
