import type { z } from 'zod'
import type { Person } from '../src/identity/person.ts'
import type { Modal } from '../templates/message.ts'
import type { Desk } from './desk.ts'

/** What somebody did in Slack, and where. */
export interface Gesture {
  person: Person
  /** What made it happen (`command:<trigger_id>`, `event:<event_id>`, …): the same cause never acts twice. */
  cause: string
  /** Empty where there is none: in App Home, and for a shortcut of the whole of Slack. */
  channel: string
  /** The incident whose thread or card it came from. */
  incident: number | null
}

export interface Choice {
  label: string
  line: string
}

/** What a command answers, as data; src/slack renders it. What is recorded shows in the thread by itself. */
export type Answer =
  /** The thread shows it. */
  | { kind: 'nothing' }
  /**
   * For this person's eyes, mrkdwn; untrusted parts are escaped already (templates/text.ts). `refused`: what was asked
   * for was not done. `whole`: the same as plain text, where a terminal shows more than Slack can.
   */
  | { kind: 'text'; text: string; refused?: true; whole?: string }
  /** A question: each choice runs a line as if it were typed. */
  | { kind: 'choice'; text: string; choices: Choice[] }
  /** `line`: what opens it, as if it were typed: where no form can be shown, a button asks for it. */
  | { kind: 'modal'; modal: Modal; line?: string }

export const nothing: Answer = { kind: 'nothing' }
export const say = (text: string, whole?: string): Answer => ({
  ...{ kind: 'text', text },
  ...(whole !== undefined && { whole }),
})
export const refuse = (text: string): Answer => ({ kind: 'text', text, refused: true })

/** What a button carries (Block Kit's limit). A longer line can only be typed again. */
const LONGEST_LINE = 2_000

export function choose(text: string, choices: Choice[]): Answer {
  const usable = choices.filter(({ line }) => line.length <= LONGEST_LINE)
  return usable.length > 0 ? { kind: 'choice', text, choices: usable } : refuse(text)
}

/** A form that came back: what was entered by block_id (null: left empty), and what it was opened with. */
export interface Submitted {
  values: Record<string, string | null>
  metadata: string
}

/** What a form that came back does. Errors by block_id keep it open. */
export type Submit = (form: Submitted, gesture: Gesture, desk: Desk) => Promise<FormErrors | Answer>
export interface FormErrors {
  errors: Record<string, string>
}

/** A verb of `/incident`, or one of `/ops` that is no operation. */
export interface Command<A = Record<string, unknown>> {
  name: string
  aliases: readonly string[]
  usage: string
  summary: string
  examples: readonly string[]
  positionals: readonly string[]
  /** A first word that may be left out, known by how it looks. */
  leading?: { name: string; pattern: RegExp }
  /** The last positional takes the rest of the line: a title needs no quotes. */
  rest?: boolean
  /** `args` gets the line as it was typed (`{ line }`): it is another command's. */
  raw?: boolean
  /**
   * It decides about a change, stops changes or takes something back: no flood of other commands may lock that out. Who may
   * is the domain's to say, which puts a refusal on record; any other verb is for the workspace's members.
   */
  decides?: true
  /** What policy calls the right that it takes, where it takes one: help leaves it out for whoever has it nowhere. */
  right?: string
  flags: readonly string[]
  switches?: readonly string[]
  args: z.ZodType<A>
  /** `typed`: what followed the verb. */
  run(args: A, gesture: Gesture, desk: Desk, typed: string): Promise<Answer>
  /** The forms that it opens, by callback_id. */
  forms?: Record<string, Submit>
}

export function defineCommand<A>(command: Command<A>): Command {
  return command as unknown as Command
}
