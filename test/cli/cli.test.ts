import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { startTinyServer } from '../support/tiny-server.ts'
import { firebreak } from './program.ts'

const SOME_TOKEN = `firebreak_${'A'.repeat(43)}`

describe('the program by itself', () => {
  it('helps, and names its release', async () => {
    expect(await firebreak([], {})).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/firebreak ops ….*FIREBREAK_URL.*Exit codes/s),
    })
    expect(await firebreak(['--help'], {})).toMatchObject({ code: 0, stdout: expect.stringMatching(/Usage/) })
    expect(await firebreak(['version'], {})).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' })
  })

  it('can be run as a file, as an image has it', async () => {
    const { stdout } = await promisify(execFile)(join(import.meta.dirname, '../../src/cli/main.ts'), ['version'])
    expect(stdout).toBe(`${packageJson.version}\n`)
  })

  const cases: [args: string[], env: Record<string, string>, stderr: RegExp][] = [
    [['incidnet', 'list'], {}, /There is no “firebreak incidnet”\. Did you mean incident\?/],
    [['frobnicate'], {}, /There is ops, incident, policy/],
    [['ops', 'help'], {}, /FIREBREAK_TOKEN is missing, and so is FIREBREAK_TOKEN_FILE.*\/ops token @you/],
    [['ops', 'help'], { FIREBREAK_TOKEN: '' }, /FIREBREAK_TOKEN is missing/],
    [['ops', 'help'], { FIREBREAK_TOKEN: 'xoxb-secret-1' }, /^FIREBREAK_TOKEN holds no token/],
    [['ops', 'help'], { FIREBREAK_TOKEN_FILE: '/nowhere/token' }, /\(\/nowhere\/token\) can't be read: ENOENT/],
    [
      ['ops', 'help'],
      { FIREBREAK_TOKEN_FILE: import.meta.filename },
      /the file of FIREBREAK_TOKEN_FILE holds no token/,
    ],
    [
      ['ops', 'help'],
      { FIREBREAK_TOKEN: SOME_TOKEN, FIREBREAK_URL: 'firebreak:3000' },
      /FIREBREAK_URL must be an http or https/,
    ],
    [['policy', 'explain'], { FIREBREAK_TOKEN: SOME_TOKEN }, /--operation is missing/],
    [['policy', 'explian'], { FIREBREAK_TOKEN: SOME_TOKEN }, /Usage: firebreak policy explain/],
    [['policy', 'explain', '--opertion', 'scale'], { FIREBREAK_TOKEN: SOME_TOKEN }, /opertion/],
  ]
  it.each(cases)('ends with 2 on wrong usage: %j %j', async (args, env, stderr) => {
    const ended = await firebreak(args, env)
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) })
    expect(ended.stderr).not.toMatch(/xoxb|AAAA|\n {4}at /)
  })
})

describe('the way to the bot', () => {
  const ask = (url: string, args = ['incident', 'list']) =>
    firebreak(args, { FIREBREAK_URL: url, FIREBREAK_TOKEN: SOME_TOKEN })
  const answer = (text: string) => JSON.stringify({ kind: 'text', text })

  it('ends with 3 where nothing listens, and says where it looked', async () => {
    const gone = await startTinyServer(() => {})
    await gone.close()
    const { code, stderr } = await ask(gone.url)
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/can't be reached at http:.*ECONNREFUSED.*FIREBREAK_URL/),
    })
  })

  it('ends with 3 where another program listens', async () => {
    const other = await startTinyServer((_, response) => response.writeHead(502).end('<html>\u001b[2J bad gateway'))
    expect(await ask(other.url)).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/What answers at http.* is not Firebreak: 502 Bad Gateway\n$/),
    })
    await other.close()
  })

  it('never takes its token to where it is sent on', async () => {
    const elsewhere = await startTinyServer((_, response) => response.end(answer('I have your token')))
    const other = await startTinyServer((_, response) => response.writeHead(307, { location: elsewhere.url }).end())
    expect(await ask(other.url)).toMatchObject({ code: 3, stdout: '' })
    expect(elsewhere.requests).toEqual([])
    await Promise.all([other.close(), elsewhere.close()])
  })

  it('sends a gesture again whose answer was lost, or that came while the database was away or the bot was starting, with the same key', async () => {
    const keys: string[] = []
    const flaky = await startTinyServer(async (request, response) => {
      keys.push(((await json(request)) as { key: string }).key)
      if (keys.length === 1) return request.socket.destroy()
      const code = [null, null, 'database_away', 'starting'][keys.length]
      if (code) return response.writeHead(503).end(JSON.stringify({ kind: 'error', code, text: 'Not recorded' }))
      return response.end(answer('INC-1 is open'))
    })
    expect(await ask(flaky.url)).toEqual({ code: 0, stdout: 'INC-1 is open\n', stderr: '' })
    expect(keys).toHaveLength(4)
    expect(new Set(keys).size).toBe(1)
    await ask(flaky.url)
    expect(new Set(keys).size, 'another gesture is another one').toBe(2)
    await flaky.close()
  })

  it('shows what would steer a terminal, and never obeys it', async () => {
    const said = {
      kind: 'choice',
      text: 'Which\tone?\n\u001b[2J\u0007\u009b1m\u007f',
      choices: [{ label: 'INC-1 \u001b]0;pwned\u0007', line: 'incident status INC-1' }],
    }
    const bot = await startTinyServer((_, response) => response.end(JSON.stringify(said)))
    const steering = /(?![\n\t])\p{Cc}/u
    const { stderr } = await ask(bot.url)
    expect(stderr).toMatch(/^Which\tone\?\n\\u001b\[2J\\u0007\\u009b1m\\u007f\n {2}firebreak incident status INC-1 /)
    expect(stderr).not.toMatch(steering)
    const { stdout } = await ask(bot.url, ['incident', 'list', '--json'])
    expect(stdout).not.toMatch(steering)
    expect(JSON.parse(stdout), 'a program reads what was said').toEqual(said)
    await bot.close()
  })

  it('asks for the policy’s word in one line', async () => {
    const lines: string[] = []
    const bot = await startTinyServer(async (request, response) => {
      lines.push(((await json(request)) as { line: string }).line)
      response.end(answer('allowed'))
    })
    await ask(bot.url, ['policy', 'explain', '--user', 'U0BOB', '--operation', 'scale', '--args', 'checkout 0'])
    await ask(bot.url, ['policy', 'explain', '--operation', 'hold'])
    expect(lines).toEqual(['ops can scale checkout 0 --for U0BOB', 'ops can hold'])
    await bot.close()
  })
})

describe('with a bot', () => {
  let bot: Bot
  let env: Record<string, string>
  beforeAll(async () => {
    bot = await startBot()
    const issued = await bot.ask('U0CAROL', 'token <@U0ALICE>', '/ops')
    const file = join(bot.folder, 'token')
    await writeFile(file, `${/firebreak_[\w-]{43}/.exec(issued)?.[0]}\n`)
    env = { FIREBREAK_URL: bot.url(), FIREBREAK_TOKEN_FILE: file }
  })
  afterEach(() => bot.slack.assertClean())
  afterAll(() => bot.stop())

  const TITLE = `"Pay" fails — “really”: $HOME \\ 'x' --json`

  it('says the words that the shell gave it, whatever is in them', async () => {
    expect(await firebreak(['incident', 'open', 'P1', TITLE, '--service=checkout'], env)).toEqual({
      ...{ code: 0, stderr: '', stdout: 'INC-1 is open in #C0INCIDENTS; its thread is where it goes on.\n' },
    })
    expect(await bot.db.selectFrom('incidents').select(['title', 'service']).execute()).toEqual([
      { title: TITLE, service: 'checkout' },
    ])
  })

  it('ends with 1 when it is refused, and says why on standard error', async () => {
    expect(await firebreak(['ops', 'scale', 'checkout', '-1'], env)).toMatchObject({
      ...{
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/replicas must be a whole number.*Usage: `firebreak ops scale/s),
      },
    })
    expect(await firebreak(['ops', 'sclae', 'checkout', '5'], env)).toMatchObject({
      ...{ code: 1, stderr: expect.stringMatching(/Did you mean scale\?\n {2}firebreak ops scale checkout 5\n$/) },
    })
    expect(await firebreak(['incident', 'open'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/A terminal shows no form/),
    })
    const unknown = await firebreak(['ops', 'help'], { ...env, FIREBREAK_TOKEN: SOME_TOKEN })
    expect(unknown).toMatchObject({
      code: 1,
      stderr: 'this token is not known; ask whoever administers Firebreak for another\n',
    })
  })

  it('prints the bot’s JSON where a program reads it', async () => {
    const { code, stdout } = await firebreak(['ops', 'scale', 'checkout', '3', '--json'], env)
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 1,
      kind: 'refused',
      text: expect.stringMatching(/has replicas 3 already/),
    })
  })

  const approved = async (name: string, actionId: string) => {
    const root = bot.slack.messages(INCIDENTS)[0]
    const card = await bot.inThread(root?.ts ?? '', new RegExp(`${name}.*${actionId}`, 's'))
    await bot.slack.click({ user: 'U0BOB', message: card, actionId })
  }

  it('waits for the end of a change, and ends with 0 only if it succeeded', async () => {
    const succeeding = firebreak(['ops', 'scale', 'checkout', '5', '--wait'], env)
    await approved('OP-1', 'change.approve')
    const { code, stdout } = await succeeding
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /OP-1 is planned.*Waiting for approval.*To approve it: .*OP-1 `scale checkout 5`\n✅ Succeeded: 5\/5 ready/s,
    )

    const rejected = firebreak(['--wait', '--json', 'ops', 'scale', 'checkout', '6'], env)
    await approved('OP-2', 'change.reject')
    const ended = await rejected
    expect(ended.code).toBe(1)
    const states = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).change.state)
    expect(states).toEqual(['planned', 'rejected'])
  })
})
