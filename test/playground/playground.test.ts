import { describe, expect, it } from 'vitest'
import { playgroundScene } from './scene.ts'

const scene = playgroundScene()
const { start, pass, logOf, readyOf, scaleTo } = scene

describe('checkout times out', () => {
  it('has something for diagnostics to find', async () => {
    const { items } = await scene.port.pods('checkout')
    expect(items.map(({ ready, trouble, lastEnd }) => ({ ready, trouble, lastEnd }))).toEqual(
      expect.arrayContaining([
        { ready: true, trouble: null, lastEnd: null },
        { ready: true, trouble: null, lastEnd: 'Error (exit 2)' },
        { ready: false, trouble: 'CrashLoopBackOff', lastEnd: 'OOMKilled (exit 137)' },
      ]),
    )
    const log = await logOf('checkout', 20)
    expect(log).toContain('payment authorization failed')
    expect(log).toContain('context deadline exceeded')
  })

  it('gets no better by waiting: pods go on restarting', async () => {
    const restarts = async () => (await scene.port.pods('checkout')).items.map((pod) => pod.restarts).sort()
    const before = await restarts()
    pass(120_000)
    const after = await restarts()
    expect(after[0]).toBe(0)
    expect(after[1]).toBeGreaterThan(before[1] ?? 0)
    expect(after[2]).toBeGreaterThan(before[2] ?? 0)
  })

  it('recovers at 5, pod by pod', async () => {
    expect(await readyOf('checkout')).toBe('2/3')
    await scaleTo(5)
    const seen = new Set<string>()
    for (let ms = 0; ms < 10_000; ms += 250) {
      pass(250)
      seen.add(await readyOf('checkout'))
    }
    expect([...seen]).toEqual(['2/5', '3/5', '4/5', '5/5'])

    const { items } = await scene.port.pods('checkout')
    expect(items.map(({ trouble }) => trouble)).toEqual([null, null, null, null, null])
    pass(300_000)
    expect((await scene.port.pods('checkout')).items.map(({ restarts }) => restarts)).toEqual(
      items.map(({ restarts }) => restarts),
    )
    expect(await logOf('checkout', 20)).not.toMatch(/failed|exceeded|saturated/)
  })

  it('does not recover at 4', async () => {
    await scaleTo(4)
    pass(60_000)
    expect((await scene.port.pods('checkout')).items.map(({ trouble }) => trouble)).toContain('CrashLoopBackOff')
    expect(await logOf('checkout', 4)).toContain('payment authorization failed')
  })

  it('stays well for a while after scaling back, then fails as before', async () => {
    await scaleTo(5)
    pass(20_000)
    await scaleTo(3)
    pass(5_000)
    expect(await readyOf('checkout')).toBe('3/3')
    pass(120_000)
    expect((await scene.port.pods('checkout')).items.map(({ lastEnd }) => lastEnd)).toContain('OOMKilled (exit 137)')
    expect(await readyOf('checkout')).toBe('2/3')
  })

  it('leaves the other services alone', async () => {
    pass(300_000)
    for (const service of ['payments', 'catalog']) {
      expect(await readyOf(service)).toBe('2/2')
      expect(await logOf(service, 20)).not.toMatch(/ERROR|WARN/)
    }
  })

  it('begins anew with each start, or well when it begins with 5', async () => {
    await scaleTo(5)
    await scene.playground.close()
    await start()
    expect(await readyOf('checkout')).toBe('2/3')
    await scene.playground.close()
    await start({ initial: { checkout: 5 } })
    expect(await readyOf('checkout')).toBe('5/5')
    expect(await logOf('checkout', 20)).not.toMatch(/failed|exceeded|saturated/)
  })
})
