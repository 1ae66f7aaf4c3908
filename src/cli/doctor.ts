import { count } from './config.ts'
import type { Told } from './doctor/examine.ts'
import { EXIT, wrongUsage } from './error.ts'
import type { SubCommand } from './sub-command.ts'

const MARKS: Record<Told['mark'], string> = { right: '✓', wrong: '✗', note: '–' }

/** Whether the bot would find all that it needs, looked at from where this program runs. */
export const doctor: SubCommand = {
  name: 'doctor',
  usage: 'doctor',
  summary: 'look at the configuration, Slack’s token, scopes and channels, the database and each target: what is wrong',
  async run(args, { options, out }) {
    if (args.length > 0) throw wrongUsage('Usage: firebreak doctor')
    // Only now: with the clients of Slack and Kubernetes every other command would take twice as long to start.
    const { examine } = await import('./doctor/examine.ts')
    const told: Told[] = []
    for await (const finding of examine(process.env)) {
      told.push(finding)
      if (!options.json) out(`${MARKS[finding.mark]} ${finding.about}: ${finding.text}`)
    }
    const faults = told.filter(({ mark }) => mark === 'wrong').length
    if (options.json) out(JSON.stringify({ ok: faults === 0, findings: told }))
    else out(faults === 0 ? '\nNothing is wrong.' : `\n${count(faults, 'thing')} ${faults === 1 ? 'is' : 'are'} wrong.`)
    return faults === 0 ? EXIT.done : EXIT.failed
  },
}
