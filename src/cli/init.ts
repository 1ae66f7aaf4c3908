import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { draftOf, type Question, questions } from '../config/draft.ts'
import { parseConfig } from '../config/load.ts'
import { ConfigError } from '../config/problems.ts'
import { EXIT, type Exit, wrongUsage } from './error.ts'
import type { SubCommand } from './sub-command.ts'

const USAGE = 'init [FILE]'
const EXAMPLE = join(import.meta.dirname, '../../firebreak.example.yml')

/** A first configuration, of some answers: the example's explanations stay in it. */
export const init: SubCommand = {
  name: 'init',
  usage: USAGE,
  summary: 'ask for what a first firebreak.yml needs, and write it',
  async run([file = process.env.FIREBREAK_CONFIG ?? 'firebreak.yml', ...more], { out }): Promise<Exit> {
    if (more.length > 0) throw wrongUsage(`Usage: firebreak ${USAGE}`)
    if (existsSync(file))
      throw wrongUsage(`${file} is there already, and stays as it is. Name another one: firebreak ${USAGE}`)
    if (!existsSync(dirname(resolve(file)))) throw wrongUsage(`There is no folder ${dirname(resolve(file))}`)
    const example = await readFile(EXAMPLE, 'utf8')
    const answers = new Map<string, string>()
    const mistakes = ({ key }: Question): string[] => {
      try {
        parseConfig(file, draftOf(example, answers), process.env)
        return []
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        return error.problems.filter((problem) => problem.key.startsWith(key)).map(({ message }) => message)
      }
    }

    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    const lines = terminal[Symbol.asyncIterator]()
    try {
      for (const question of questions) {
        const otherwise = question.otherwise?.(answers)
        terminal.setPrompt(`${question.ask}${otherwise ? ` [${otherwise}]` : ''}: `)
        for (;;) {
          terminal.prompt()
          const { value, done } = await lines.next()
          if (done) throw wrongUsage('\nThat was not everything that is needed; nothing was written.')
          const answer = /[^\s,]/.test(value) ? value.trim() : otherwise
          if (answer === undefined) continue
          answers.set(question.key, answer)
          const wrong = mistakes(question)
          if (wrong.length === 0) break
          process.stderr.write(`  ${wrong.join('\n  ')}\n`)
        }
      }
    } finally {
      terminal.close()
    }
    await writeFile(file, draftOf(example, answers), { flag: 'wx' })
    out(
      `${file} is written. Each of its sections says what it is for; “firebreak config check” tells what is wrong with it.`,
    )
    return EXIT.done
  },
}
