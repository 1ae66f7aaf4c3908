import { createSigner } from '../../timeline/signing.ts'
import { type Checks, note, right } from './check.ts'

export const signingKey: Checks = ({ environment: { signingKey, dataDir }, problems }) => [
  {
    about: 'signing key',
    async look() {
      if (signingKey) return [right(`${createSigner(signingKey).fingerprint}; whoever verifies has to know it`)]
      if (problems.some(({ key }) => key === 'FIREBREAK_SIGNING_KEY')) return [note('none that can be used')]
      return [note(`FIREBREAK_SIGNING_KEY is not set: each replica signs with one of its own in ${dataDir}`)]
    },
  },
]
