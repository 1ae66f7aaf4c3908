import { backup, restore } from './backup.ts'
import { config } from './config.ts'
import { doctor } from './doctor.ts'
import { evidence } from './evidence.ts'
import { help, version } from './help.ts'
import { init } from './init.ts'
import { incident, ops } from './lines.ts'
import { manifest } from './manifest.ts'
import { policy } from './policy.ts'
import type { SubCommand } from './sub-command.ts'
import { timeline } from './timeline.ts'

/** The sub-commands, as help shows them. */
export const commands: SubCommand[] = [
  ops,
  incident,
  policy,
  init,
  config,
  doctor,
  manifest,
  timeline,
  evidence,
  backup,
  restore,
  help(() => commands),
  version,
]
