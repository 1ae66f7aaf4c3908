import type { AllMiddlewareArgs, App, BlockAction, SlackActionMiddlewareArgs, ViewSubmitAction } from '@slack/bolt'
import { say } from '../../commands/command.ts'
import type { Answers } from './answers.ts'
import type { Checks } from './checks.ts'
import { actionName } from './choices.ts'
import { hearConversation, type Overheard } from './conversation/listen.ts'
import type { Doors } from './doors.ts'
import type { Gestures } from './gestures.ts'
import type { Homes } from './home/homes.ts'
import { hearNews, type News } from './news.ts'
import { offerShortcuts } from './shortcuts.ts'
import { fromAction, fromCommand, fromMention, type Mention } from './source.ts'
import { answerView } from './submissions.ts'
import { addressed, typed } from './text.ts'

export interface Listening extends News, Overheard {
  doors: Doors
  gestures: Gestures
  answers: Answers
  checks: Checks
  /** What the slash commands are called here: `/incident`, `/ops`. */
  names: Record<'incident' | 'ops', string>
  homes: Pick<Homes, 'opened'>
  /** The bot's user id; null until Slack has told. */
  bot: () => string | null
}

/**
 * Takes everything that Slack sends: acknowledges it, then does it. One listener for each kind, with its own look-up:
 * Bolt runs all that match, so overlapping patterns would acknowledge twice, and what matches none shows an error.
 */
export function listen(app: App, listening: Listening): void {
  const { checks, doors, gestures, answers, names, homes, bot } = listening
  const roots = new Map(Object.entries(names).map(([root, name]) => [name, root as 'incident' | 'ops']))

  app.command(/./, ({ command, ack }) => {
    const source = fromCommand(command)
    const root = roots.get(command.command)
    const unknown = say(`This bot answers \`${names.incident}\` and \`${names.ops}\`.`)
    return gestures.take(source, ack, async (gesture) =>
      root ? await doors.runLine(root, typed(command.text), await gesture()) : unknown,
    )
  })

  app.event('app_mention', async ({ event, body }) => {
    // A bot has no rights, and two bots that mention each other would never end.
    if (event.bot_id || !event.user) return
    const source = fromMention(body as Mention)
    const line = addressed(event.text, bot() ?? '')
    const help = say('To tell me something, begin with my name: `@firebreak help`.')
    await gestures.take(source, null, async (gesture) =>
      line === null ? help : await doors.runMention(line, await gesture()),
    )
  })

  app.action<BlockAction>({ type: 'block_actions' }, ({ body, action, ack }) => {
    const source = fromAction(body)
    const id = actionName(action.action_id)
    const unknown = say('This version of Firebreak does not know that button. Nothing was done.')
    return gestures.take(source, ack, async (gesture) => {
      if (isLink(body, action)) return { kind: 'nothing' }
      if (!doors.actionIds.includes(id)) return unknown
      return await doors.press({ id, value: chosen(action) }, await gesture())
    })
  })

  app.view<ViewSubmitAction>({ type: 'view_submission' }, ({ body, ack }) =>
    answerView(body, ack, { checks, doors, gestures, answers }),
  )

  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab === 'home') homes.opened({ team: body.team_id, user: event.user })
  })

  offerShortcuts(app, listening)
  hearConversation(app, listening)
  hearNews(app, listening)
}

type Action = (SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs)['action']

function chosen(action: Action): string {
  if ('selected_option' in action && action.selected_option) return String(action.selected_option.value)
  return 'value' in action ? String(action.value ?? '') : ''
}

/** Slack opens the address by itself, and tells us all the same. */
function isLink({ message, view }: BlockAction, { action_id, block_id }: Action): boolean {
  const blocks: Shown[] = message?.blocks ?? view?.blocks ?? []
  const { elements = [], accessory } = blocks.find((one) => one.block_id === block_id) ?? {}
  return [...elements, accessory].some((element) => element?.action_id === action_id && element.url !== undefined)
}

interface Shown {
  block_id?: string
  elements?: Pressed[]
  accessory?: Pressed
}

interface Pressed {
  action_id?: string
  url?: string
}
