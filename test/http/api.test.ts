import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Said } from '../../src/http/routes/said.ts'
import { sha256 } from '../../src/timeline/canonical.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

/** The API as a program sees it: over HTTP, with a token that Carol has issued in Slack. */
let bot: Bot
let alices: string
beforeAll(async () => {
  bot = await startBot()
  alices = await issue('U0ALICE')
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

async function issue(user: string, days = 30): Promise<string> {
  const text = await bot.ask('U0CAROL', `token ${user} --days ${days}`, '/ops')
  const secret = /firebreak_[\w-]{43}/.exec(text)?.[0]
  if (!secret) throw new Error(text)
  return secret
}

const idOf = async (user: string) =>
  (
    await bot.db
      .selectFrom('tokens')
      .select('id')
      .where('person', '=', `T0FAKE/${user}`)
      .orderBy('id', 'desc')
      .execute()
  )[0]?.id as number

/** A token that was issued while Slack still knew its holder as a member; nobody has looked since. */
async function handOut(user: string): Promise<string> {
  const secret = `firebreak_${randomBytes(32).toString('base64url')}`
  const issued = { person: `T0FAKE/${user}`, hash: sha256(secret), issued_by: 'T0FAKE/U0CAROL', issued_at: new Date() }
  await bot.db
    .insertInto('tokens')
    .values({ ...issued, expires_at: new Date(Date.now() + 3_600_000) })
    .execute()
  return secret
}

let keys = 0
const key = () => `test-key-${++keys}`

async function post(body: unknown, token: string | null = alices, headers: Record<string, string> = {}) {
  const response = await fetch(`${bot.url()}/api/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Said }
}

const run = async (line: string, token = alices) => (await post({ line, key: key() }, token)).body

const get = async (path: string, token = alices) => {
  const response = await fetch(`${bot.url()}${path}`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as Said }
}

const replicas = () => bot.playground?.world.deployments.get('checkout')?.replicas

describe('a line over the API', () => {
  it('does what it does in Slack, and the thread shows it', async () => {
    expect(await run('incident open P1 "Checkout times out" --service checkout')).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(/^INC-1 is open in #C0INCIDENTS/),
    })
    const root = await bot.slack.until(() => bot.slack.messages(INCIDENTS)[0])
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
    await bot.inThread(root.ts, /scale checkout 5.*change\.approve/s)

    const [entry] = (await bot.entries('INC-1')).filter(({ body }) => body.type === 'change.planned')
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
    const card = await bot.inThread(bot.slack.messages(INCIDENTS)[0]?.ts ?? '', /OP-1.*change\.approve/s)
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
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
    ['incident open P9', 'refused', /no severity/],
    ['incident resolve INC-99', 'refused', /There is no INC-99/],
    ['scale checkout 5', 'refused', /begins with `incident` or with `ops`/],
    ['ops undo OP-99', 'refused', /there is no OP-99/],
    ['ops token @bob', 'refused', /as a member id \(U0123BOB\)|a member id/],
    ['ops scale checkout 4 --incident INC-99', 'refused', /--incident must name an incident/],
  ])('%s is %s', async (line, kind, text) => {
    expect(await run(line)).toMatchObject({ kind, text: expect.stringMatching(text) })
  })

  it('offers lines that can be sent as they are', async () => {
    const { choices } = await run('ops sclae checkout 5')
    expect(choices).toEqual([{ label: 'firebreak ops scale checkout 5', line: 'ops scale checkout 5' }])
  })

  it('may hold a NUL, which is nothing', async () => {
    expect(await run('incident\0 status\0 INC-1')).toMatchObject({ kind: 'refused' })
    expect(await run('incident status\0 INC-1')).toMatchObject({ kind: 'text', text: expect.stringContaining('INC-1') })
  })
})

describe('a gesture that comes twice', () => {
  const opened = async () => (await bot.db.selectFrom('incidents').select('id').execute()).length

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
    expect(await bot.db.selectFrom('changes').select('id').execute()).toHaveLength(2)
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

describe('who may not come in', () => {
  const entries = async () => (await bot.db.selectFrom('timeline').select('seq').execute()).length
  const openWith = (token: string | null) => post({ line: 'incident open P1 x', key: key() }, token)

  it.each([
    ['no token', null, 'no_token'],
    ['a wrong one', `firebreak_${'A'.repeat(43)}`, 'not_valid'],
    ['something else', 'xoxb-1-2-3', 'not_valid'],
    ['one that is cut', `firebreak_${'A'.repeat(42)}`, 'not_valid'],
    ['a long one', 'f'.repeat(10_000), 'not_valid'],
  ])('%s is 401, and does nothing', async (_, token, code) => {
    const before = await entries()
    const { status, headers, body } = await openWith(token)
    expect({ status, code: body.code, kind: body.kind }).toEqual({ status: 401, code, kind: 'error' })
    expect(headers.get('www-authenticate')).toBe('Bearer')
    expect(await entries()).toBe(before)
  })

  it('an expired token is 401, and says so', async () => {
    const token = await issue('U0BOB', 1)
    const past = new Date(Date.now() - 1_000)
    await bot.db
      .updateTable('tokens')
      .set({ expires_at: past })
      .where('id', '=', await idOf('U0BOB'))
      .execute()
    expect(await openWith(token)).toMatchObject({
      status: 401,
      body: { text: expect.stringMatching(/expired on 20\d\d-.*ask whoever administers/) },
    })
  })

  it('a revoked token is 401 from then on', async () => {
    const token = await issue('U0BOB')
    expect((await run('incident list', token)).kind).toBe('text')
    await bot.ask('U0CAROL', `token revoke ${await idOf('U0BOB')}`, '/ops')
    expect(await openWith(token)).toMatchObject({ status: 401, body: { text: expect.stringMatching(/was revoked/) } })
  })

  it('a person whose rights were revoked is 403', async () => {
    const token = await issue('U0BOB')
    const revocation = {
      person: 'T0FAKE/U0BOB',
      revoked_by: 'T0FAKE/U0CAROL',
      reason: 'laptop lost',
      revoked_at: new Date(),
    }
    await bot.db.insertInto('revocations').values(revocation).execute()
    expect(await openWith(token)).toMatchObject({
      status: 403,
      body: { code: 'not_entitled', text: expect.stringMatching(/all rights of this person are revoked/) },
    })
    await bot.db.updateTable('revocations').set({ lifted_at: new Date(), lifted_by: 'T0FAKE/U0CAROL' }).execute()
    expect((await run('incident list', token)).kind).toBe('text')
  })

  it('a person who is a guest by now is 403', async () => {
    bot.slack.workspace.user('U0DAVE').is_restricted = true
    const { status, body } = await openWith(await handOut('U0DAVE'))
    expect({ status, text: body.text }).toEqual({
      status: 403,
      text: 'dave may not come in: only full members of the workspace can use the command line, and this account is a guest’s',
    })
    bot.slack.workspace.user('U0DAVE').is_restricted = false
  })

  it('somebody of whom Slack can’t tell whether they are a member is 503', async () => {
    bot.slack.fail('users.info', { status: 503 })
    expect(await openWith(await handOut('U0ERIN'))).toMatchObject({
      ...{ status: 503, body: { code: 'identity_unavailable', text: expect.stringContaining('can’t be checked') } },
    })
    bot.slack.recover()
  })
})

describe('a request that is none', () => {
  const line = 'incident open P1 x'
  it.each([
    ['not JSON', 'open the pod bay doors', 400, 'not_json'],
    ['cut JSON', '{"line":"incident li', 400, 'not_json'],
    ['nothing', '', 400, 'not_json'],
    ['a list', [], 400, 'bad_input'],
    ['null', 'null', 400, 'bad_input'],
    ['no key', { line }, 400, 'bad_input'],
    ['a key that is none', { line, key: 'a b\0c def' }, 400, 'bad_input'],
    ['a line that is none', { line: 5, key: 'test-key-x' }, 400, 'bad_input'],
    ['an empty line', { line: '  ', key: 'test-key-x' }, 400, 'bad_input'],
    ['a line of 9,000 characters', { line: 'x'.repeat(9_000), key: 'test-key-x' }, 400, 'bad_input'],
    ['a person of its own', { line, key: 'test-key-x', person: 'T0FAKE/U0BOB' }, 400, 'bad_input'],
    ['10 MB', 'x'.repeat(10 * 1024 * 1024), 413, 'too_large'],
  ])('%s is answered, and does nothing', async (_, body, status, code) => {
    const before = await bot.db.selectFrom('timeline').select('seq').execute()
    const answer = await post(body)
    expect(answer).toMatchObject({ status, body: { kind: 'error', code } })
    expect(answer.body.text).not.toBe('')
    expect(await bot.db.selectFrom('timeline').select('seq').execute()).toHaveLength(before.length)
  })

  it('10 MB without a word of how long it is are cut off as well', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 160; i++) controller.enqueue(new Uint8Array(64 * 1024))
        controller.close()
      },
    })
    const response = await fetch(`${bot.url()}/api/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${alices}` },
      body,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
  })

  it('is 415 when it does not say that it is JSON, as a browser’s form can’t', async () => {
    const body = { line, key: key() }
    expect(await post(body, alices, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
  })

  it('is 404 where nothing is, but only for who may come in', async () => {
    expect(await get('/api/elsewhere')).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect(await get('/api/run')).toMatchObject({ status: 404 })
    expect(await get('/api/elsewhere', 'nobody')).toMatchObject({ status: 401 })
    expect(await get('/api/change?name=OP-99')).toMatchObject({ status: 404, body: { text: 'there is no OP-99' } })
    expect(await get('/api/change?name=twelve')).toMatchObject({
      status: 400,
      body: { text: expect.stringMatching(/name must be like/) },
    })
    expect(await get('/api/change')).toMatchObject({ status: 400 })
  })

  it('leaves nothing to browsers and caches', async () => {
    const { headers } = await post({ line: 'incident list', key: key() }, alices, { origin: 'https://evil.example' })
    expect([...headers.keys()].filter((name) => /^access-control|cookie/.test(name))).toEqual([])
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('a token that asks too often', () => {
  it('is told when to go on, while others are served', async () => {
    const bobs = await issue('U0BOB')
    const answers = []
    for (let i = 0; i < 130; i++) answers.push((await get('/api/none', bobs)).status)
    expect(answers.slice(0, 120)).not.toContain(429)
    expect(answers.at(-1)).toBe(429)
    const { status, headers, body } = await post({ line: 'incident list', key: key() }, bobs)
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'rate_limited' })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await run('incident list')).kind).toBe('text')
    expect(await (await fetch(`${bot.url()}/metrics`)).text()).toMatch(
      /firebreak_api_requests_total\{route="none",status="429"\} 1\d/,
    )
  })
})

describe('at the end of all this', () => {
  it('production is as people approved it, once', () => {
    expect(replicas()).toBe(5)
  })
})
