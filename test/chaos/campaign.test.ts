import { expect, it } from 'vitest'
import { describeWithRedis } from '../support/redis.ts'
import { campaign } from './campaign.ts'

/** `npm run chaos -- --minutes 5` for longer, and for what people did and what went wrong. */
describeWithRedis('a minute of chaos', () => {
  it('loses nothing, does nothing twice and contradicts itself nowhere', { timeout: 300_000 }, async () => {
    const { lost, doubled, contradictory, ...report } = await campaign({ minutes: 1, seed: 20_261_121 })
    expect({ lost, doubled, contradictory }, JSON.stringify(report)).toEqual({
      lost: [],
      doubled: [],
      contradictory: [],
    })
    expect(report.drainedMs, 'it ends by itself, long before the campaign stops waiting').toBeLessThan(90_000)
    const crashed = Object.keys(report.errors).filter((said) => said.startsWith('An error that nobody handled'))
    expect(crashed).toEqual([])
    expect(report.effects, 'production was changed at all').toBeGreaterThan(10)
    expect(Object.keys(report.faults).length, 'several things went wrong').toBeGreaterThan(4)
  })
})
