import packageJson from '../../package.json' with { type: 'json' }
import { EXIT } from './error.ts'
import type { SubCommand } from './sub-command.ts'

const ABOUT = `The same commands, policy and approvals as in Slack, for the hour in which Slack is down.

FIREBREAK_URL          where the bot listens; http://127.0.0.1:3000 unless set
FIREBREAK_TOKEN        your token, or FIREBREAK_TOKEN_FILE, a file that holds it;
                       an administrator issues one: /ops token @you, or firebreak ops token U0YOU

--json   print the bot's answer as JSON, one object a line
--wait   wait for the end of a change; 0 only if it succeeded

Exit codes: 0 done · 1 refused or failed · 2 wrong usage or configuration · 3 the bot can't be reached`

export const help = (commands: () => SubCommand[]): SubCommand => ({
  name: 'help',
  usage: 'help',
  summary: 'this',
  async run(_, { out }) {
    const lines = commands().map(({ usage, summary }) => `  firebreak ${usage}\n      ${summary}`)
    out([`Usage:`, ...lines, '', ABOUT].join('\n'))
    return EXIT.done
  },
})

export const version: SubCommand = {
  name: 'version',
  usage: 'version',
  summary: 'the release of this program',
  async run(_, { out }) {
    out(packageJson.version)
    return EXIT.done
  },
}
