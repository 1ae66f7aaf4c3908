import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

/** Their random parts, made for this test: none of them may be anywhere but in what people typed and pods wrote. */
const SECRETS = {
  'a token in a log, split over two lines': 'ghp_Zq8WvT3kLm5RtY7pXc2NbH9dFj4GsK6aEuQ1',
  'the password in an incident’s title': 'Tr0ub4dor-title',
  'the password in its cause': 'hunter2-cause-Xy9',
  'the token in its fix': 'xoxb-210987654321-210987654321-fixFIXfixFIXfixFIXfixFIX',
  'the password in a form': 'Tr0ub4dor-form',
  'what was searched for': 'hunter2-grep-Kd4',
  'a misspelt verb’s password': 'hunter2-verb-Pw7',
  'the process’s own secret': 'the-signing-secret-of-this-test-3f9c',
  'a pattern of the team’s': 'CUS-8172-635472819',
  'an e-mail address': 'mallory.archer@customer-zq9.dev',
  'a card number': '4000 0566 5566 5556',
}
const own = SECRETS['the process’s own secret']
const token = SECRETS['a token in a log, split over two lines']

let bot: Bot
const heard: string[] = []
beforeAll(async () => {
  bot = await startBot({
    slack: { signingSecret: own },
    heard: (line) => heard.push(line),
    more: `redaction: { emails: true, patterns: [{ name: customer id, pattern: 'CUS-\\d{4}-\\d{9}' }] }\n`,
  })
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

/** What the pods of a service write, as it is: each line with the time that a log shipper puts before it. */
function podsWrite(service: string, lines: string[]) {
  bot.playground?.world.catchUp()
  for (const pod of bot.playground?.world.deployments.get(service)?.pods ?? []) {
    for (const text of lines) pod.log.push({ at: Date.now(), text: `2026-11-21T10:17:03.123Z ${text}` })
  }
}
const leak = () => [
  `WARN deploy hook called with ${token.slice(0, 17)}`,
  `${token.slice(17)} and refused`,
  `INFO order of ${SECRETS['an e-mail address']} (${SECRETS['a pattern of the team’s']}), paid with ${SECRETS['a card number']}`,
  `DEBUG env SIGNING=${Buffer.from(`key ${own}`).toString('base64')}`,
]

const answerOf = async (asked: Awaited<ReturnType<Bot['command']>>) => {
  const [answer] = await bot.slack.until(() => (asked.responses.length > 0 ? asked.responses : null))
  return JSON.stringify(answer)
}

describe('a secret split over two lines', () => {
  it('of a log is not shown to the person who asks outside of an incident', async () => {
    podsWrite('payments', leak())
    const answer = await bot.ask('U0DAVE', 'logs payments --tail 8', '/ops')
    expect(answer).toMatch(/called with \[redacted: GitHub token\]\n\S+ {2}and refused/)
    expect(answer).toMatch(
      /order of \[redacted: e-mail address\] \(\[redacted: customer id\]\), paid with \[redacted: card number\]/,
    )
    expect(answer).toMatch(/SIGNING=\w{0,3}\[redacted: secret\]\n/)
  })

  it('can’t be found by searching for one of its halves', async () => {
    podsWrite('payments', leak())
    const halves = await bot.ask('U0DAVE', 'logs payments --tail 10 --grep refused', '/ops')
    expect(halves).toContain('and refused')
    expect(halves).not.toContain(token.slice(17, 25))
    expect(await bot.ask('U0DAVE', 'logs payments --tail 10 --grep tY7pXc', '/ops')).toContain('0 lines with')
  })
})

describe('a secret that somebody types', () => {
  it('is never what an operation runs with: the line is refused', async () => {
    const line = `logs payments --grep "password=${SECRETS['what was searched for']}"`
    expect(await bot.ask('U0DAVE', line, '/ops')).toBe(
      'Nothing was done: the line holds what I must neither keep nor pass on. This is what I may know of it: `logs payments --grep "password=[redacted: password]"`',
    )
    const byMail = await bot.ask('U0DAVE', `logs payments --grep ${SECRETS['an e-mail address']}`, '/ops')
    expect(byMail).toContain('Nothing was done')
  })

  it('is on no button that asks what was meant', async () => {
    const asked = await bot.command('U0ALICE', `rsolve --cause "password=${SECRETS['a misspelt verb’s password']}"`)
    expect(await answerOf(asked)).toContain('password=[redacted: password]')
  })

  it('is redacted in a form, as in a line', async () => {
    await bot.command('U0ALICE', 'open')
    const view = await bot.slack.until(() => bot.slack.views('U0ALICE').at(-1))
    const title = `Can’t reach amqp://shop:${SECRETS['the password in a form']}@mq`
    await bot.slack.submit({ user: 'U0ALICE', view, values: { severity: 'P2', title, service: 'payments' } })
    const isIt = ({ text }: { text: string }) => text.includes('amqp://shop:[redacted: password]@mq')
    await bot.slack.until(() => bot.slack.messages(INCIDENTS).find(isIt))
    await bot.command('U0ALICE', 'resolve')
    await bot.slack.until(() => bot.slack.messages(INCIDENTS).find((m) => isIt(m) && /resolved/i.test(m.text)))
  })
})

describe('an incident full of secrets', () => {
  it('is recorded, shown and exported without them', async () => {
    const title = `Can’t reach postgres://shop:${SECRETS['the password in an incident’s title']}@db/shop`
    const { root, name } = await bot.open(`open P1 "${title}" --service payments`)
    expect(root.text).toContain('postgres://shop:[redacted: password]@db/shop')

    podsWrite('payments', leak())
    await bot.command('U0BOB', 'logs payments --tail 8', '/ops')
    await bot.inThread(root.ts, /called with \[redacted: GitHub token\]/)
    podsWrite('payments', [...Array.from({ length: 60 }, (_, i) => `INFO ${i} ${'x'.repeat(60)}`), ...leak()])
    await bot.command('U0BOB', 'logs payments --tail 70', '/ops')
    const file = await bot.slack.until(() =>
      bot.slack.files.find((f) => f.filename === 'logs-payments.txt' && f.shares[0]),
    )
    expect(String(file.content)).toContain('[redacted: GitHub token]')

    const cause = `password=${SECRETS['the password in its cause']}`
    const fix = `revoked ${SECRETS['the token in its fix']} and ${own}`
    // As a phone sends it, and without quotes.
    await bot.command('U0ALICE', `resolve —cause ${cause} --fix “${fix}”`)
    await bot.slack.until(() => /resolved/i.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
    for (const format of ['md', 'json']) {
      await bot.command('U0ALICE', `export ${name} ${format}`)
      const { content } = await bot.slack.until(() =>
        bot.slack.files.find((f) => f.filename === `${name}.${format}` && f.shares.length > 0),
      )
      for (const mark of ['password', 'Slack token', 'secret', 'GitHub token', 'customer id']) {
        expect(String(content)).toContain(`[redacted: ${mark}`)
      }
    }
  })

  it('shows a mention or link in a log line as the text that it is', async () => {
    const { root, name } = await bot.open('open P2 "Odd lines" --service payments')
    podsWrite('payments', ['ERROR <!channel> <@U0CAROL> ``` <https://evil.example|click here> & more'])
    await bot.command('U0BOB', 'logs payments --tail 5', '/ops')
    const reply = await bot.inThread(root.ts, /ERROR/)
    expect(JSON.stringify(reply)).toContain(
      '&lt;!channel&gt; &lt;@U0CAROL&gt; ʼʼʼ &lt;https://evil.example|click here&gt;',
    )
    expect(bot.slack.broadcasts).toEqual([])
    await bot.command('U0ALICE', `resolve ${name}`)
    await bot.slack.until(() => /resolved/i.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
  })
})

describe('none of these secrets is anywhere', () => {
  /** Every value of every table, bytes as the text that they may be. */
  async function everythingStored(): Promise<string> {
    const columns = await sql<{ t: string; c: string; type: string }>`
      select table_name as t, column_name as c, data_type as type
      from information_schema.columns where table_schema = 'public'`.execute(bot.db)
    expect(columns.rows.length).toBeGreaterThan(50)
    const values = columns.rows.map(async ({ t, c, type }) => {
      const text = type === 'bytea' ? sql`encode(${sql.ref(c)}, 'escape')` : sql`${sql.ref(c)}::text`
      const { rows } = await sql<{ text: string | null }>`select ${text} as text from ${sql.table(t)}`.execute(bot.db)
      return rows.map((row) => row.text ?? '')
    })
    return (await Promise.all(values)).flat().join('\n')
  }
  const traces = (secret: string) => [
    ...[secret.slice(0, -8), secret.slice(-8), encodeURIComponent(secret)],
    ...[
      Buffer.from(secret).toString('base64').slice(0, -4),
      Buffer.from(`key ${secret}`).toString('base64').slice(8, -4),
    ],
  ]

  it.each(Object.entries(SECRETS))('%s', async (_, secret) => {
    const places = {
      database: await everythingStored(),
      slack: JSON.stringify(bot.slack.calls),
      files: bot.slack.files.map(({ content }) => String(content)).join('\n'),
      log: heard.join(''),
    }
    expect(places.database).toContain('[redacted: GitHub token]')
    expect(places.slack).toContain('[redacted: GitHub token]')
    expect(places.files).toContain('[redacted: GitHub token]')
    // Every kind of line was there to be looked at.
    const kinds = ['Firebreak is running', 'a gesture came', 'a gesture is done', 'recorded', 'Slack was called']
    for (const kind of [...kinds, 'a cluster was asked', 'Slack shows what is recorded'])
      expect(places.log).toContain(`"msg":"${kind}"`)
    for (const [place, text] of Object.entries(places)) {
      for (const trace of traces(secret)) expect(text.includes(trace), `${trace} in the ${place}`).toBe(false)
    }
  })
})
