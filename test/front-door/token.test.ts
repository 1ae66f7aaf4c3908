import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/timeline/canonical.ts'
import { type Bot, startBot } from '../support/firebreak.ts'

/** Carol administers; the policy's line for `token` is hers alone. */
let bot: Bot
beforeAll(async () => {
  bot = await startBot({
    slack: {
      users: [
        ...['U0ALICE', 'U0BOB', 'U0CAROL'].map((id) => ({ id })),
        { id: 'U0GUEST', name: 'gus', is_restricted: true },
        { id: 'U0ROBOT', name: 'robot', is_bot: true },
      ],
    },
  })
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const ops = (user: string, line: string) => bot.ask(user, line, '/ops')
const secretIn = (text: string) => /firebreak_[\w-]{43}/.exec(text)?.[0] ?? ''
/** What people did that belongs to no incident. */
const general = async () =>
  (await bot.entries('general'))
    .map(({ actor, body }) => ({ by: actor.name, ...body }))
    .filter(({ by }) => by !== 'Firebreak')

describe('before there is any', () => {
  it('says so, and how to issue one', async () => {
    expect(await ops('U0CAROL', 'token list')).toMatch(/No token works now.*\/ops help token/)
    expect(await ops('U0CAROL', 'help token')).toMatch(/token &lt;@person&gt; \[--days 30\]/)
  })
})

describe('issuing one', () => {
  it('shows it once, to who issued it, with how to hand it over; the table has its hash and nothing else', async () => {
    const text = await ops('U0CAROL', 'token <@U0BOB|bob> --days 90')
    const secret = secretIn(text)
    expect(text).toMatch(/Token 1\* for <@U0BOB>, until <!date.*shown this once.*FIREBREAK_TOKEN_FILE.*token revoke 1/s)
    expect(bot.slack.messages('C0INCIDENTS')).toEqual([])

    const row = await bot.db.selectFrom('tokens').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ person: 'T0FAKE/U0BOB', issued_by: 'T0FAKE/U0CAROL', used_at: null })
    expect(row.hash).toEqual(sha256(secret))
    expect(row.expires_at.getTime() - row.issued_at.getTime()).toBe(90 * 24 * 60 * 60_000)
    const said = JSON.stringify([await general(), await bot.db.selectFrom('payloads').selectAll().execute()])
    expect(said).toContain('token.issued')
    expect(said).not.toContain(secret.slice(10))
    expect(await general()).toEqual([
      expect.objectContaining({ by: 'carol', type: 'token.issued', token: 1, person: 'T0FAKE/U0BOB', name: 'bob' }),
    ])
  })

  it('takes a member id as well, and 30 days when none are said', async () => {
    expect(secretIn(await ops('U0CAROL', 'token U0ALICE'))).not.toBe('')
    const { issued_at, expires_at } = await bot.db
      .selectFrom('tokens')
      .selectAll()
      .where('person', '=', 'T0FAKE/U0ALICE')
      .executeTakeFirstOrThrow()
    expect(expires_at.getTime() - issued_at.getTime()).toBe(30 * 24 * 60 * 60_000)
  })

  it('is refused, on record, to whom policy does not name for it', async () => {
    expect(await ops('U0ALICE', 'token <@U0ALICE>')).toMatch(/No token was issued: no policy line allows token/)
    expect((await general()).at(-1)).toMatchObject({ by: 'alice', type: 'operation.refused', code: 'denied' })
  })

  it.each([
    ['<@U0GUEST>', /gus can have no token: only full members/],
    ['<@U0ROBOT>', /robot can have no token/],
    ['U0NOBODY', /can have no token.*not known/],
    ['@bobby', /who must be a mention \(@bob\), a member id \(U0123BOB\), `list` or `revoke`, and “@bobby” isn’t/],
    ['bob', /must be a mention/],
    ['<#C0INCIDENTS>', /must be a mention/],
    ['<@U0BOB> --days 91', /days must be a whole number from 1 to 90, and “91” isn’t/],
    ['<@U0BOB> --days 0', /days must be a whole number/],
    ['<@U0BOB> 4', /number must follow `revoke`/],
    ['list --days 3', /days must go with a person/],
    ['revoke', /number is missing/],
    ['revoke 99', /there is no token 99/],
    ['', /who is missing/],
  ])('is refused with what would be right: token %s', async (rest, answer) => {
    const before = (await bot.db.selectFrom('tokens').selectAll().execute()).length
    const text = await ops('U0CAROL', `token ${rest}`)
    expect(text).toMatch(answer)
    expect(secretIn(text)).toBe('')
    expect(await bot.db.selectFrom('tokens').selectAll().execute()).toHaveLength(before)
  })

  it('is refused for somebody whose rights are revoked', async () => {
    const revocation = { person: 'T0FAKE/U0BOB', revoked_by: 'T0FAKE/U0CAROL', reason: 'left', revoked_at: new Date() }
    await bot.db.insertInto('revocations').values(revocation).execute()
    expect(await ops('U0CAROL', 'token <@U0BOB>')).toMatch(
      /bob can have no token: all rights of this person are revoked/,
    )
    await bot.db.updateTable('revocations').set({ lifted_at: new Date() }).execute()
  })

  it('can’t be made to last longer, whatever the program says: the table takes 90 days at most', async () => {
    const late = bot.db.updateTable('tokens').set({ expires_at: new Date(Date.now() + 91 * 86_400_000) })
    await expect(late.execute()).rejects.toMatchObject({ code: '23514' })
  })
})

describe('the list', () => {
  it('shows everybody’s to who may issue them and one’s own to the others, and no secret', async () => {
    const all = await ops('U0CAROL', 'token list')
    expect(all).toMatch(/\*1\* <@U0BOB>, until .*never used, issued by <@U0CAROL>/)
    expect(all).toMatch(/<@U0ALICE>/)
    expect(all).not.toMatch(/firebreak_/)
    const own = await ops('U0BOB', 'token list')
    expect(own).toContain('<@U0BOB>')
    expect(own).not.toContain('<@U0ALICE>')
  })
})

describe('revoking one', () => {
  it('is for its holder, and for who may issue; on record, and done once', async () => {
    expect(await ops('U0ALICE', 'token revoke 1')).toMatch(/Nothing changed: no policy line allows token/)
    expect(await ops('U0BOB', 'token revoke 1')).toMatch(/Token 1\* is revoked/)
    expect((await general()).at(-1)).toMatchObject({ by: 'bob', type: 'token.revoked', token: 1, name: 'bob' })
    expect(await ops('U0CAROL', 'token revoke 1')).toMatch(/revoked already/)
    expect(await ops('U0CAROL', 'token list')).not.toContain('<@U0BOB>')
  })

  it('does not wait for Slack', async () => {
    const text = await ops('U0CAROL', 'token <@U0BOB>')
    const id = Number(/Token (\d+)/.exec(text)?.[1])
    bot.slack.fail('users.info', { status: 503 })
    expect(await ops('U0CAROL', `token revoke ${id}`)).toMatch(/is revoked/)
    bot.slack.recover()
  })
})
