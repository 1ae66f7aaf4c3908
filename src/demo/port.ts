import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'

/** Listens on 127.0.0.1: on this port, or on a free one when another program has it. Resolves to the port. */
export async function listenNear(server: Server, wanted: number) {
  try {
    return await listenOn(server, wanted)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return await listenOn(server, 0)
  }
}

/** A port that is free on every interface, for a program that must be told one. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenOn(server, 0, '::').catch(() => listenOn(server, 0))
  await new Promise((resolve) => server.close(resolve))
  return port
}

function listenOn(server: Server, port: number, host = '127.0.0.1') {
  return new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
