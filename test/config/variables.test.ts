// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what this file is about
import { describe, expect, it } from 'vitest'
import { failure, load, minimal, mistakes } from './support.ts'

/** The minimal file with this kubeconfig, on line 4. */
const withKubeconfig = (written: string) =>
  minimal.replace('microservices', () => `microservices, kubeconfig: ${written}`)

async function kubeconfig(written: string, env: Record<string, string>) {
  return (await load(withKubeconfig(written), env)).targets.prod?.kubeconfig
}

describe('${NAME} in firebreak.yml', () => {
  it('is filled in, also amid other text and more than once', async () => {
    expect(await kubeconfig('"${A}"', { A: '/a' })).toBe('/a')
    expect(await kubeconfig("'/home/${A}/${B}.yml'", { A: 'me', B: 'c' })).toBe('/home/me/c.yml')
  })

  it('is empty when the variable is empty', async () => {
    expect(await kubeconfig('"${A}"', { A: '' })).toBe('')
  })

  it('is an error when the variable is not set, with its name and line', async () => {
    expect(await mistakes(withKubeconfig('"${A}${B}"'))).toEqual([
      '4:92 targets.prod.kubeconfig: the environment variable A is not set; set it (an empty value is allowed)',
      '4:92 targets.prod.kubeconfig: the environment variable B is not set; set it (an empty value is allowed)',
    ])
  })

  it('is not mistaken for what every object inherits', async () => {
    const [mistake] = await mistakes(withKubeconfig('"${constructor}"'))
    expect(mistake).toContain('the environment variable constructor is not set')
  })

  it('is one mistake, not also a wrong value', async () => {
    expect(await mistakes(minimal.replace('C0INCIDENTS', '"${CHANNEL}"'))).toEqual([
      '2:29 slack.incidents_channel: the environment variable CHANNEL is not set; set it (an empty value is allowed)',
    ])
  })

  it('stays as it is behind another dollar', async () => {
    expect(await kubeconfig('"$${A}/$$${A}/$A"', { A: 'x' })).toBe('${A}/$${A}/$A')
  })

  it.each([
    '"${A"',
    '"${}"',
    '"${A B}"',
    '"${1}"',
    '"${A:-b}"',
  ])('is refused when it is malformed: %s', async (written) => {
    const [mistake] = await mistakes(withKubeconfig(written), { A: 'a' })
    expect(mistake).toContain('targets.prod.kubeconfig: a variable is written ${NAME}')
  })

  it('can hold neither YAML nor another variable', async () => {
    const value = '", environment: staging } # ${B}\nroles: {}'
    const config = await load(withKubeconfig('"${A}"'), { A: value, B: 'b' })
    expect(config.targets.prod).toMatchObject({ environment: 'production', kubeconfig: value })
  })

  it('is not filled in where keys stand', async () => {
    expect(await mistakes(`${minimal}"\${A}": 1`, { A: 'policy' })).toEqual([
      expect.stringContaining('7:1 ["${A}"]: unknown key; known: slack, severities, '),
    ])
  })

  it('never shows its value in an error, wherever it stands', async () => {
    const secret = 'hunter2hunter2'
    const text = `
slack: { incidents_channel: "\${S}", alerts_channel: "\${S}", commands: { ops: "\${S}" }, pacing: { burst: "\${S}" } }
severities: [{ name: P0, aliases: ["\${T}", "\${T}"], update_every: "\${S}" }]
roles: { operator: { users: ["\${S}"], user_groups: ["\${S}"] } }
targets: { prod: { kind: "\${S}", environment: x, namespace: "\${S} \${S}" } }
services: { checkout: { owners: ["\${S}"], target: "\${S}", deployment: "\${S}/" }, pay: "\${S}" }
policy: [{ allow: ["\${S}"], operations: [x], tiers: ["\${S}"], environments: ["\${S}"], severities: ["\${S}"] }]
approvals: { guarded: { approvers: ["\${S}"], needed: "\${S}", approve_within: "\${S}" } }
`
    const error = await failure(load(text, { S: secret, T: 'hunter2' }))
    expect(error.problems.length).toBeGreaterThan(15)
    expect(JSON.stringify(error.problems)).not.toContain('hunter2')
    expect(error.message).not.toContain('hunter2')
    expect(error.message).toContain('no role "${S}"')
  })
})
