/** What the demo says in the terminal, once it runs. */
export const runs = (url: string, folder: string): string => `
  Open  ${url}

  1. You are Alice ("Act as", top right). Type into #incidents-critical:
       /incident open P1 "Checkout times out" --service checkout
       /ops pods checkout
       /ops logs checkout --tail 100 --grep payment
       /ops scale checkout 5
     The answers come into the thread: click the replies below the incident's card.
  2. Nobody approves their own change. Act as Bob, and click Approve on the card of
     OP-1 in the thread; it ends with 5/5 ready.
  3. Run the incident: the buttons of its card, /incident for a menu, and firebreak
     under Apps for what waits for you.
  4. End it, as either of them:
       /incident resolve
       /incident export INC-1 md

  Ctrl-C stops everything. The data stays in ${folder};
  npm run demo -- --fresh starts over.
`

/** What to do where local-slack has no program. */
export const noLocalSlack = (
  platform: string,
): string => `The demo's Slack in the browser is a program for Linux on x64 (the optional package
local-slack-linux-x64), and it is not installed here (${platform}).
${platform === 'linux-x64' ? 'Install it: npm ci --include=optional\n' : ''}
With a real Slack workspace the bot runs here as well:

  1. https://api.slack.com/apps: Create New App, From a manifest, paste manifest.yml.
  2. Install it to the workspace. OAuth & Permissions shows the Bot User OAuth Token.
  3. Basic Information, App-Level Tokens: generate one with the scope connections:write.
  4. cp firebreak.example.yml firebreak.yml, put your channel and user ids in, and
     invite the bot to both channels: /invite @firebreak
  5. SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… KUBECONFIG=~/.kube/config npm start`
