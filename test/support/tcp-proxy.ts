import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy on loopback that can be switched off: then connections break and new ones are refused. */
export interface TcpProxy {
  port: number
  off(): Promise<void>
  on(): Promise<void>
  /** The next connection that says this breaks when it was answered, and the answer is lost. */
  loseAnswerTo(said: string): void
  /**
   * Keeps the answer to the commit of the next transaction that says this. `reached` resolves when the server committed,
   * `release` lets the answer go.
   */
  holdCommit(said: string): { reached: Promise<void>; release(): void }
}

/** In front of this host and port. It is switched on, unless `off` is given. */
export async function startTcpProxy(target: { host: string; port: number }, state?: 'off'): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let losing: string | null = null
  let holding: { said: string; reached: () => void; released: Promise<void> } | null = null
  const server = createServer((socket) => {
    const upstream = connect(target)
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
    let held: typeof holding = null
    socket.on('data', (data) => {
      if (holding && data.includes(holding.said)) {
        held = holding
        holding = null
      }
      if (held && data.includes('commit')) {
        keepAnswer(upstream, socket, held)
        held = null
      }
      if (losing === null || !data.includes(losing)) return
      losing = null
      upstream.unpipe(socket)
      upstream.once('data', () => socket.destroy())
      upstream.resume()
    })
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const proxy: TcpProxy = {
    port,
    on: () => listen(port),
    loseAnswerTo(said) {
      losing = said
    },
    holdCommit(said) {
      const reached = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      holding = { said, reached: reached.resolve, released: released.promise }
      return { reached: reached.promise, release: released.resolve }
    },
    async off() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  if (state === 'off') await proxy.off()
  return proxy
}

function keepAnswer(upstream: Socket, socket: Socket, held: { reached: () => void; released: Promise<void> }): void {
  upstream.unpipe(socket)
  upstream.once('data', async (answer) => {
    upstream.pause()
    held.reached()
    await held.released
    socket.write(answer)
    upstream.pipe(socket)
  })
  upstream.resume()
}
