import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import { RIGHTS } from '../../src/adapters/kubernetes/rights.ts'
import type { Message } from '../slack/fake/types.ts'
import { type ControlPlane, NO_CONTROL_PLANE, startControlPlane } from '../support/control-plane.ts'
import { INCIDENTS, startBot } from '../support/firebreak.ts'
import { deployment, makeNamespace, type TestNamespace } from '../support/kubernetes-namespace.ts'
import { type ApiServer, apiServer, apply, asServiceAccount } from './api-server.ts'
import { EVERYWHERE, tries, WITHIN } from './forbidden.ts'
import { type Manifest, manifests, placed } from './manifests.ts'

const controlPlane = await startControlPlane()
if (controlPlane) describe('the rights of deploy/kubernetes', { timeout: 120_000 }, () => onCluster(controlPlane))
else describe.skip(`the rights of deploy/kubernetes (${NO_CONTROL_PLANE})`, () => it('let it do its job'))

/** A cluster that runs containers has to pull their image first. */
const SETTLED = { timeout: 120_000, interval: 200 }

function onCluster({ kubeconfig, stop }: ControlPlane) {
  let folder: string
  /** The bot's own namespace, one that it looks after, one with what is coming, and one that is none of its business. */
  let places: { home: TestNamespace; rights: TestNamespace; coming: TestNamespace; other: TestNamespace }
  let admin: ApiServer
  let bot: ApiServer
  const account = () => join(folder, 'bot.kubeconfig')

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firebreak-rbac-'))
    admin = await apiServer(kubeconfig)
    const one = () => makeNamespace(kubeconfig, [deployment('payments', 1)])
    places = { home: await one(), rights: await makeNamespace(kubeconfig), coming: await one(), other: await one() }
    const put = async (object: Manifest, target = '') =>
      apply(admin, placed(object, { home: places.home.name, target }))
    for (const object of manifests('bot', 'ServiceAccount')) await put(object)
    for (const object of manifests('rights')) await put(object, places.rights.name)
    for (const folder of ['rights', 'rights-coming'])
      for (const object of manifests(folder)) await put(object, places.coming.name)
    await asServiceAccount(kubeconfig, places.home.name, account())
    bot = await apiServer(account())
    const get = { verb: 'get', group: 'apps', resource: 'deployments' }
    await vi.waitFor(async () => expect(await may(get, places.coming.name)).toBe(true), SETTLED)
  })
  afterAll(async () => {
    await Promise.all(Object.values(places).map((place) => place.remove()))
    await rm(folder, { recursive: true })
    await stop()
  })

  const review = async (kind: string, spec: object) =>
    (
      await bot.ask('POST', `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`, {
        ...{ apiVersion: 'authorization.k8s.io/v1', kind, spec },
      })
    ).body.status
  const may = async (attributes: object, namespace: string): Promise<boolean> =>
    (await review('SelfSubjectAccessReview', { resourceAttributes: { ...attributes, namespace } })).allowed
  /** All that the API server says the bot may do there: `get deployments.apps`. */
  const allowed = async (namespace: string) =>
    flat((await review('SelfSubjectRulesReview', { namespace })).resourceRules)

  it('let it do its whole job: look, scale, restart, undo', async () => {
    const names = ['checkout', 'payments', 'catalog']
    const services = names.map((name) => `\n  ${name}: { owners: [approver], target: prod }`).join('')
    const bot = await startBot({ kubeconfig: account(), namespace: places.rights.name, services })
    onTestFinished(() => bot.stop())
    const { root } = await bot.open()
    const cards = () => bot.slack.thread(INCIDENTS, root.ts).filter(({ text }) => /^\*OP-\d+\*/.test(text))
    const cardOf = async (gesture: () => Promise<unknown>) => {
      const before = cards().length
      await gesture()
      return bot.slack.until(() => cards()[before])
    }
    const shows = (card: Message, text: RegExp) =>
      bot.slack.until(() => text.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''), SETTLED.timeout)
    const done = async (line: string) => {
      const card = await cardOf(() => bot.command('U0ALICE', line, '/ops'))
      await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
      await shows(card, /Succeeded/)
      return bot.slack.message(INCIDENTS, card.ts) as Message
    }

    const looked = (line: string) => bot.ask('U0ALICE', `${line} --incident none`, '/ops')
    await vi.waitFor(async () => expect(await looked('pods checkout')).toContain('OOMKilled'), SETTLED)
    expect(await looked('logs checkout --tail 10 --grep payment')).toContain('payment authorization failed')
    await done('restart payments')
    const scaled = await done('scale catalog 3')
    expect(scaled.text, 'it sees autoscalers').toContain('autoscaler catalog keeps it between 2 and 6')
    const undo = await cardOf(() => bot.slack.click({ user: 'U0ALICE', message: scaled, actionId: 'change.undo' }))
    await shows(undo, /Succeeded.*2\/2 ready/)
    bot.slack.assertClean()
  })

  it('are exactly those that the adapter looks for', async () => {
    const port = connectKubernetes({ kubeconfig: account(), namespace: places.rights.name })
    expect(await port.missingRights(RIGHTS)).toEqual([])
    expect(
      manifests('rights', 'Role')
        .flatMap(({ rules }) => flat(rules))
        .toSorted(),
    ).toEqual(
      RIGHTS.map(
        ({ verb, resource }) => `${verb} ${resource.replace(/^(apps|autoscaling)\/(\w+)/, '$2.$1')}`,
      ).toSorted(),
    )
  })

  it('end at the namespaces that they were given for', async () => {
    for (const place of ['other', 'home'] as const) {
      const rights = await allowed(places[place].name)
      // What every account may ask about itself.
      expect(rights.filter((right) => !/^create self\w+\.auth(entication|orization)\.k8s\.io$/.test(right))).toEqual([])
      expect(rights.length, 'it answers').toBeGreaterThan(0)
    }
  })

  describe.each([
    ['rights', ['rights']],
    ['coming', ['rights', 'rights-coming']],
  ] as const)('as in %s', (place, folders) => {
    it('are what the API server allows, and nothing more', async () => {
      const given = folders.flatMap((folder) => manifests(folder, 'Role').flatMap(({ rules }) => flat(rules)))
      const everybody = await allowed(places.other.name)
      expect(new Set(await allowed(places[place].name))).toEqual(new Set([...everybody, ...given]))
    })

    it.each(WITHIN)('are not enough to %s', async (right) => {
      expect(await may(attributesOf(right), places[place].name)).toBe(false)
    })

    it.each(tries)('are not enough to %s, which was tried', async (_, attempt) => {
      const pods = await admin.ask('GET', `/api/v1/namespaces/${places[place].name}/pods`)
      const pod = pods.body.items[0].metadata.name
      const { method, path, body, headers } = attempt({
        ...{ pod, here: places[place].name, other: places.other.name, home: places.home.name },
      })
      expect((await bot.ask(method, path, body, headers)).status).toBe(403)
      // For somebody who has the right it isn't refused: what was tried can be done.
      expect([401, 403, 404, 405]).not.toContain((await admin.ask(method, path, body, headers)).status)
    })
  })

  it.each(EVERYWHERE)('are not enough to %s in the cluster', async (right) => {
    expect(await may(attributesOf(right), '')).toBe(false)
  })
}

/** `create pods/exec`, `get deployments.apps`, as a review takes it. */
function attributesOf(right: string) {
  const [verb, what = ''] = right.split(' ')
  const [name = '', subresource] = what.split('/')
  const [resource, ...group] = name.split('.')
  return { verb, resource, group: group.join('.'), ...(subresource && { subresource }) }
}

interface Rule {
  verbs: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
}

/** Rules, one by one: `patch deployments.apps/scale`. */
const flat = (rules: Rule[]): string[] =>
  rules.flatMap(({ verbs, apiGroups = [], resources = [], resourceNames = [''] }) =>
    verbs.flatMap((verb) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          resourceNames.map((name) => {
            const [kind, subresource] = resource.split('/')
            return `${verb} ${kind}${group && `.${group}`}${subresource ? `/${subresource}` : ''}${name && ` ${name}`}`
          }),
        ),
      ),
    ),
  )
