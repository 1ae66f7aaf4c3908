import { createClients } from '../../slack/clients.ts'
import { type ExaminedApp, examineApp, explainFailure } from '../../slack/examine.ts'
import { findChannels, type Meaning } from '../../slack/find-channels.ts'
import { SCOPES } from '../../slack/scopes.ts'
import { count } from '../config.ts'
import { type Checks, type Finding, note, right, wrong } from './check.ts'

type Client = ReturnType<typeof clientWith>

/** Slack, asked once for what several checks need. */
export interface Slack {
  client: Client
  /** Rejects when Slack refuses the token, or is away. */
  app(): Promise<ExaminedApp>
  /** What the configured channels' names mean; rejects as `app`. */
  meanings(): Promise<Map<string, Meaning>>
}

const nobody = { debug() {}, info() {}, warn() {}, error() {} }
const uncounted = { acknowledged() {}, gesture() {}, called() {}, repaired() {} }

const clientWith = (token: string, apiUrl: string | null) =>
  createClients({ token, apiUrl, log: nobody, metrics: uncounted }).interactive

export function openSlack(token: string, apiUrl: string | null, channels: string[]): Slack {
  const client = clientWith(token, apiUrl)
  const names = [...new Set(channels.filter((channel) => channel.startsWith('#')))]
  let app: Promise<ExaminedApp> | undefined
  let meanings: Promise<Map<string, Meaning>> | undefined
  return {
    client,
    app: () => (app ??= examineApp(client)),
    meanings: () => (meanings ??= findChannels(client, names)),
  }
}

/** What is not looked at because the token does not do: that is told once. */
export const NOT_ASKED = note('not looked at: Slack has to take SLACK_BOT_TOKEN first')

export const slackApp: Checks = ({ slack, environment }) => [
  {
    about: 'Slack',
    async look() {
      if (!slack) return [note('not asked: there is no SLACK_BOT_TOKEN that could be tried')]
      try {
        const { name, team, teamId, url } = await slack.app()
        return [right(`SLACK_BOT_TOKEN is @${name}’s in ${team} (${teamId}), ${url}`)]
      } catch (error) {
        return [wrong(`SLACK_BOT_TOKEN: ${explainFailure(error)}`)]
      }
    },
  },
  {
    about: 'scopes',
    async look() {
      const app = await slack?.app().catch(() => null)
      if (!app) return [NOT_ASKED]
      return app.scopes ? judgeScopes(app.scopes) : [note('not told by this Slack')]
    },
  },
  {
    about: 'delivery',
    async look() {
      const { delivery, apiUrl } = environment.slack
      if (!delivery)
        return [note('not looked at: there is neither a SLACK_APP_TOKEN nor a SLACK_SIGNING_SECRET to try')]
      if (delivery.mode === 'http') {
        return [right('SLACK_SIGNING_SECRET is set; whether it is the right one shows when Slack sends something')]
      }
      try {
        await clientWith(delivery.appToken, apiUrl).apps.connections.open({})
        return [right('SLACK_APP_TOKEN opens Socket Mode connections')]
      } catch (error) {
        return [
          wrong(
            `SLACK_APP_TOKEN: ${explainFailure(error)}. It is an app-level token with connections:write, of an app with Socket Mode switched on`,
          ),
        ]
      }
    },
  },
]

/** Of what was granted: what is missing, and what is lost by that; what nobody needs. */
function judgeScopes(granted: string[]): Finding[] {
  const missing = SCOPES.filter(({ name }) => !granted.includes(name))
  const required = missing.filter(({ optional }) => !optional)
  const unneeded = granted.filter((name) => !SCOPES.some((scope) => scope.name === name))
  const optional = SCOPES.filter((scope) => scope.optional && granted.includes(scope.name))
  return [
    ...(required.length === 0
      ? [right(`all ${SCOPES.filter((scope) => !scope.optional).length} that are needed, ${optional.length} optional`)]
      : []),
    ...required.map(({ name, loss }) => wrong(`${name} is missing: ${loss}. ${ADD}`)),
    ...missing.filter((scope) => scope.optional).map(({ name, loss }) => note(`without ${name}, ${loss}`)),
    ...(unneeded.length > 0
      ? [note(`${count(unneeded.length, 'scope')} that nothing needs: ${unneeded.join(', ')}`)]
      : []),
  ]
}

const ADD = 'Paste what “firebreak manifest” prints into the app’s settings (App Manifest), and reinstall the app'
