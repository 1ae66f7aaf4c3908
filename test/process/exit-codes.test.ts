import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configOf, type Scene, setScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await setScene()
})
afterAll(() => scene.close())

const ends = async (over: Record<string, string>) => {
  const bot = scene.launch(over)
  const { code } = await bot.exit
  return { code, ...bot.output() }
}
const configured = async (name: string, text: string) => {
  await writeFile(join(scene.folder, name), text)
  return { FIREBREAK_CONFIG: name }
}

describe('a configuration that can not be used ends the program with 2', () => {
  it('lists everything that is wrong with firebreak.yml, each with its place', async () => {
    const { code, stderr } = await ends(
      await configured(
        'bad.yml',
        `slack: { incidents_channel: incidents, alerts_channel: C0ALERTS }
targets:
  prod: { kind: kubernetes, environment: production, namespace: microservices, kubeconfig: "\${NOT_SET}" }
services:
  checkout: { owners: [aprover], traget: prod }
roles:
  approver: { users: [U0BOB] }
`,
      ),
    )
    expect(code).toBe(2)
    expect(stderr).toMatch(/^The configuration can't be used:\n/)
    expect(stderr).toMatch(/bad\.yml:1:\d+ {2}slack\.incidents_channel: must be a channel's name/)
    expect(stderr).toMatch(/bad\.yml:3:\d+ .*NOT_SET/)
    expect(stderr).toMatch(/bad\.yml:5:\d+ .*did you mean "approver"\?/)
    expect(stderr).toMatch(/bad\.yml:5:\d+ .*did you mean "target"\?/)
    expect(stderr).not.toContain('    at ')
  })

  it('says where the file should be when there is none', async () => {
    const { code, stderr } = await ends({ FIREBREAK_CONFIG: 'nowhere.yml' })
    expect(code).toBe(2)
    expect(stderr).toContain(
      `nowhere.yml  does not exist (${join(scene.folder, 'nowhere.yml')}). Copy firebreak.example.yml`,
    )
  })

  it('names every token that is missing, and where Slack shows it', async () => {
    const { code, stderr } = await ends({ SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: '', PORT: 'eighty' })
    expect(code).toBe(2)
    expect(stderr).toContain('SLACK_BOT_TOKEN: is missing')
    expect(stderr).toContain('SLACK_APP_TOKEN: is missing, and so is SLACK_SIGNING_SECRET')
    expect(stderr).toContain('PORT: must be a number')
  })

  it('finds the policy line with an operation that there is not, or that can’t be narrowed so', async () => {
    const { code, stderr } = await ends(
      await configured(
        'policy.yml',
        `slack: { incidents_channel: C0INCIDENTS, alerts_channel: C0ALERTS }
targets: { prod: { kind: kubernetes, environment: production, namespace: microservices } }
services: { checkout: { target: prod } }
policy:
  - { allow: [everyone], operations: ["*"] }
  - { deny: [everyone], operations: [scael] }
  - { deny: [everyone], operations: [hold], environments: [production] }
`,
      ),
    )
    expect(code).toBe(2)
    expect(stderr).toContain('policy.yml:6')
    expect(stderr).toContain('there is no operation "scael"; did you mean "scale"?')
    expect(stderr).toContain('policy.yml:7')
    expect(stderr).toContain('"hold" is done to Firebreak itself, which has no environments')
  })
})

describe('a channel that Slack knows no such name of', () => {
  it('is a fault of the configuration as well: 2, with the key and what would be right', async () => {
    const name = '"#incidents-crtical"'
    const { code, stderr } = await ends(
      await configured('name.yml', configOf('microservices', ['checkout']).replace('C0INCIDENTS', name)),
    )
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /name\.yml {2}slack\.incidents_channel: Slack shows the bot no channel called #incidents-crtical .*correct the name/,
    )
  })
})

describe('a target that can not be', () => {
  it('is a fault of the configuration: 2, with the target’s name', async () => {
    const { code, stderr } = await ends({ KUBECONFIG: '/nowhere/kubeconfig' })
    expect(code).toBe(2)
    expect(stderr).toContain("targets.prod: the kubeconfig /nowhere/kubeconfig can't be read (ENOENT)")
  })
})

describe('what else keeps it from running ends it with 1', () => {
  it('names PORT when another program has the port, and leaves no Postgres behind', async () => {
    const other = createServer().listen(0)
    const { port } = other.address() as AddressInfo
    const { code, stderr, stdout } = await ends({ PORT: String(port), DATABASE_URL: '', DATABASE_MIGRATE_URL: '' })
    other.close()
    expect(code).toBe(1)
    expect(stderr).toBe(`Port ${port} is taken by another program; set PORT to a free one\n`)
    const embedded = /"port":(\d+),"data"/.exec(stdout)?.[1]
    await expect(fetch(`http://127.0.0.1:${embedded}`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })
})

describe('an error that nobody handled', () => {
  it.each([
    ['a rejection', 'Promise.reject(new Error("boom"))'],
    ['an exception', 'throw new Error("boom")'],
  ])('is logged as JSON, and stops it in order with 1: %s', async (_, fault) => {
    await writeFile(join(scene.folder, 'fault.mjs'), `process.once('SIGUSR2', () => { ${fault} })`)
    const bot = await scene.start({ NODE_OPTIONS: '--import=./fault.mjs' })
    const { code } = await bot.end('SIGUSR2')
    expect(code).toBe(1)
    expect(bot.log().find(({ level }) => level === 60)).toMatchObject({ err: { message: 'boom' } })
    expect(bot.log().at(-1)?.msg).toBe('Firebreak has stopped')
    expect(bot.output().stderr).toBe('')
  })
})

describe('an error that quotes an address with a password', () => {
  it('leaves no password in what it writes', async () => {
    const fault = `Promise.reject(new Error('lost amqp://bot:hunter2-of-a-library@mq'))`
    await writeFile(join(scene.folder, 'quote.mjs'), `process.once('SIGUSR2', () => { ${fault} })`)
    const bot = await scene.start({ NODE_OPTIONS: '--import=./quote.mjs' })
    await bot.end('SIGUSR2')
    const { stdout, stderr } = bot.output()
    expect(stdout).toContain('amqp://bot:[redacted: password]@mq')
    expect(`${stdout}${stderr}`).not.toContain('hunter2')
  })
})

describe('a signal ends it with 0', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s, while it runs', async (signal) => {
    const bot = await scene.start()
    const { code, ms } = await bot.end(signal)
    expect(code).toBe(0)
    expect(ms).toBeLessThan(10_000)
    expect(bot.log().at(-1)?.msg).toBe('Firebreak has stopped')
    expect(bot.output().stderr).toBe('')
  })
})
