import { writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import { failure, TOKEN, tinyClusters } from './tiny-clusters.ts'

const clusters = tinyClusters()

describe('a kubeconfig', () => {
  const write = async (text: string) => {
    const file = clusters.file('broken')
    await writeFile(file, text)
    return file
  }
  const refusal = (kubeconfig: string) => {
    try {
      connectKubernetes({ kubeconfig, namespace: 'microservices' })
    } catch (error) {
      return error
    }
  }

  it.each([
    ['no YAML', `users: [{ name: bot, user: { token: ${TOKEN} }`],
    ['empty', ''],
    ['a list', '- 1'],
    ['without a context', `users: [{ name: bot, user: { token: ${TOKEN} } }]`],
  ])('that is %s is named, without what is in it', async (_, text) => {
    const file = await write(text)
    const error = refusal(file)
    expect(error).toMatchObject({ code: 'misconfigured', message: expect.stringContaining(file) })
    expect(inspect(error, { depth: 10 })).not.toContain(TOKEN)
  })

  it('that is missing is named', () => {
    expect(refusal(clusters.file('missing'))).toMatchObject({
      code: 'misconfigured',
      message: `the kubeconfig ${clusters.file('missing')} can't be read (ENOENT)`,
    })
  })

  it('may be left out only inside a cluster', () => {
    expect(refusal('')).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('not a pod') })
  })

  it("whose token can't be sent doesn't show it", async () => {
    const server = await clusters.serve((_, response) => response.end())
    const port = await clusters.connect(server.url, { token: `${TOKEN}\n\u0001` })
    const error = await failure(port.deployment('checkout'))
    expect(inspect(error, { depth: 10 })).not.toContain(TOKEN)
    expect(server.requests).toEqual([])
  })

  it('with a good token never shows it either', async () => {
    const server = await clusters.serve((_, response) =>
      response.writeHead(500).end('{"kind":"Status","message":"etcd is away"}'),
    )
    const error = await failure((await clusters.connect(server.url)).deployment('checkout'))
    expect(error.message).toContain('etcd is away')
    expect(inspect(error, { depth: 10 })).not.toContain(TOKEN)
  })
})
