import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/timeline/canonical.ts'
import { apiWorld } from './api-world.ts'

const { bot, alices, issue, key, post, run, get } = apiWorld()

const idOf = async (user: string) =>
  (
    await bot()
      .db.selectFrom('tokens')
      .select('id')
      .where('person', '=', `T0FAKE/${user}`)
      .orderBy('id', 'desc')
      .execute()
  )[0]?.id as number

/** A token that was issued while Slack still knew its holder as a member; nobody has looked since. */
async function handOut(user: string): Promise<string> {
  const secret = `firebreak_${randomBytes(32).toString('base64url')}`
  const issued = { person: `T0FAKE/${user}`, hash: sha256(secret), issued_by: 'T0FAKE/U0CAROL', issued_at: new Date() }
  await bot()
    .db.insertInto('tokens')
    .values({ ...issued, expires_at: new Date(Date.now() + 3_600_000) })
    .execute()
  return secret
}

describe('who may not come in', () => {
  const entries = async () => (await bot().db.selectFrom('timeline').select('seq').execute()).length
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
    await bot()
      .db.updateTable('tokens')
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
    await bot().ask('U0CAROL', `token revoke ${await idOf('U0BOB')}`, '/ops')
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
    await bot().db.insertInto('revocations').values(revocation).execute()
    expect(await openWith(token)).toMatchObject({
      status: 403,
      body: { code: 'not_entitled', text: expect.stringMatching(/all rights of this person are revoked/) },
    })
    await bot().db.updateTable('revocations').set({ lifted_at: new Date(), lifted_by: 'T0FAKE/U0CAROL' }).execute()
    expect((await run('incident list', token)).kind).toBe('text')
  })

  it('a person who is a guest by now is 403', async () => {
    bot().slack.workspace.user('U0DAVE').is_restricted = true
    const { status, body } = await openWith(await handOut('U0DAVE'))
    expect({ status, text: body.text }).toEqual({
      status: 403,
      text: 'dave may not come in: only full members of the workspace can use the command line, and this account is a guest’s',
    })
    bot().slack.workspace.user('U0DAVE').is_restricted = false
  })

  it('somebody of whom Slack can’t tell whether they are a member is 503', async () => {
    bot().slack.fail('users.info', { status: 503 })
    expect(await openWith(await handOut('U0ERIN'))).toMatchObject({
      ...{ status: 503, body: { code: 'identity_unavailable', text: expect.stringContaining('can’t be checked') } },
    })
    bot().slack.recover()
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
    const before = await bot().db.selectFrom('timeline').select('seq').execute()
    const answer = await post(body)
    expect(answer).toMatchObject({ status, body: { kind: 'error', code } })
    expect(answer.body.text).not.toBe('')
    expect(await bot().db.selectFrom('timeline').select('seq').execute()).toHaveLength(before.length)
  })

  it('10 MB without a word of how long it is are cut off as well', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 160; i++) controller.enqueue(new Uint8Array(64 * 1024))
        controller.close()
      },
    })
    const response = await fetch(`${bot().url()}/api/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${alices()}` },
      body,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
  })

  it('is 415 when it does not say that it is JSON, as a browser’s form can’t', async () => {
    const body = { line, key: key() }
    expect(await post(body, alices(), { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
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
    const { headers } = await post({ line: 'incident list', key: key() }, alices(), { origin: 'https://evil.example' })
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
    expect(await (await fetch(`${bot().url()}/metrics`)).text()).toMatch(
      /firebreak_api_requests_total\{route="none",status="429"\} 1\d/,
    )
  })
})
