import type { V1DeploymentStrategy } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { describeDeployment } from '../../src/adapters/kubernetes/deployment.ts'

describe('how many replicas a rollout may take away before new ones are ready', () => {
  const rolling = (maxUnavailable: number | string, maxSurge: number | string): V1DeploymentStrategy => ({
    type: 'RollingUpdate',
    rollingUpdate: { maxUnavailable, maxSurge },
  })
  it.each<[string, V1DeploymentStrategy, number, number]>([
    ['none of one by default', rolling('25%', '25%'), 1, 0],
    ['a quarter by default, rounded down', rolling('25%', '25%'), 7, 1],
    ['all of them when they are made anew', { type: 'Recreate' }, 3, 3],
    ['the only one where one may be missing', rolling(1, '25%'), 1, 1],
    ['a number', rolling(2, 0), 5, 2],
    ['no more than there are', rolling(5, 0), 3, 3],
    ['one where none may be added first either', rolling(0, 0), 3, 1],
    ['one where shares come to nothing', rolling('10%', 0), 3, 1],
  ])('is %s', (_, strategy, replicas, most) => {
    const spec = { replicas, strategy, selector: {}, template: {} }
    expect(describeDeployment({ spec }).mayTakeAway).toBe(most)
  })
})
