import { examineRedis } from '../../limits/examine.ts'
import { type Checks, note, right, wrong } from './check.ts'

export const redis: Checks = ({ environment: { redisUrl }, problems }) => [
  {
    about: 'Redis',
    async look() {
      if (problems.some(({ key }) => key === 'REDIS_URL')) return [note('not looked at: its address can’t be used')]
      if (redisUrl === null) return [note('REDIS_URL is not set: with two replicas or more, set it')]
      const { host } = new URL(redisUrl)
      try {
        return [right(`${(await examineRedis(redisUrl)).version}, ${host}`)]
      } catch (error) {
        return [wrong(`${host}: ${(error as Error).message}. Are REDIS_URL, its password and the user’s rights right?`)]
      }
    },
  },
]
