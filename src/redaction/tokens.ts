import { ALPHANUMERIC, type Alphabet, alphabet, BASE64URL, beginsWord, type Finder, runEnd } from './runs.ts'

/** A token that tells by its beginning what it is. */
interface Shape {
  what: string
  /** The source of a pattern. */
  head: string
  chars?: Alphabet
  /** How long it is at least after its head. */
  min: number
  /** It looks complete, head included. */
  whole?: RegExp
  /** What its rest must hold: words in lower case have such heads, too. */
  holds?: RegExp
  /** Its head is so short that it must begin a word. */
  word?: true
}

const URL_PATH = alphabet(/[\w/%.~+=&?-]/)

const SHAPES: Shape[] = [
  {
    ...{ what: 'Slack token', head: 'xox[a-z](?:\\.xox[a-z])?-', chars: BASE64URL, min: 8 },
    whole: /^xox[a-z]-(?:\d+-){2,3}\w{24,32}$/,
  },
  { ...{ what: 'Slack token', head: 'xapp-', chars: BASE64URL, min: 8 }, whole: /-[\da-f]{64}$/ },
  { what: 'Slack webhook', head: 'hooks\\.slack(?:-gov)?\\.com/', chars: URL_PATH, min: 10 },
  { what: 'Slack upload', head: 'files\\.slack\\.com/upload/', chars: URL_PATH, min: 10 },
  { what: 'Discord webhook', head: 'discord(?:app)?\\.com/api/webhooks/', chars: URL_PATH, min: 20 },
  { what: 'Teams webhook', head: 'webhook\\.office\\.com/', chars: URL_PATH, min: 20 },
  { what: 'GitHub token', head: 'gh[pousr]_', min: 36, whole: /^.{40}$/ },
  { what: 'GitHub token', head: 'github_pat_', chars: BASE64URL, min: 22, whole: /^.{93}$/ },
  {
    ...{ what: 'GitLab token', head: 'gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|oas|ffct)-', chars: BASE64URL },
    ...{ min: 20, whole: /^gl\w+-.{20}$/ },
  },
  { what: 'AWS key id', head: '(?:AKIA|ASIA|ABIA|ACCA)', chars: alphabet(/[A-Z0-9]/), min: 16, whole: /^.{20}$/ },
  { what: 'Google API key', head: 'AIza', chars: BASE64URL, min: 35, whole: /^.{39}$/ },
  { what: 'Google token', head: 'ya29\\.', chars: BASE64URL, min: 20 },
  { what: 'Google secret', head: 'GOCSPX-', chars: BASE64URL, min: 28, whole: /^.{35}$/ },
  { what: 'Stripe key', head: '(?:sk|rk)_(?:live|test)_', min: 16 },
  { what: 'Stripe secret', head: 'whsec_', chars: alphabet(/[\w+/=]/), min: 24 },
  { what: 'Anthropic key', head: 'sk-ant-', chars: BASE64URL, min: 20 },
  { what: 'OpenAI key', head: 'sk-(?:proj|svcacct|admin)-', chars: BASE64URL, min: 20 },
  { what: 'API key', head: 'sk-', chars: BASE64URL, min: 20, holds: /[A-Z]/, word: true },
  { what: 'npm token', head: 'npm_', min: 36, whole: /^.{40}$/ },
  { what: 'PyPI token', head: 'pypi-', chars: BASE64URL, min: 50 },
  { what: 'SendGrid key', head: 'SG\\.', chars: alphabet(/[\w.-]/), min: 60, word: true, whole: /^.{69}$/ },
  { what: 'DigitalOcean token', head: 'do[opr]_v1_', min: 64, whole: /^.{71}$/ },
  { what: 'Vault token', head: 'hv[sbr]\\.', chars: BASE64URL, min: 24, word: true },
  { what: 'Docker token', head: 'dckr_(?:pat|oat)_', chars: BASE64URL, min: 20 },
  { what: 'Grafana token', head: 'glsa_', chars: BASE64URL, min: 32 },
  { what: 'Shopify token', head: 'shp(?:at|ca|pa|ss)_', min: 32, whole: /^.{38}$/ },
  { what: 'Hugging Face token', head: 'hf_', min: 34, word: true, whole: /^.{37}$/ },
  // The command line's. Prometheus names of ours begin so, too.
  { what: 'Firebreak token', head: 'firebreak_', chars: BASE64URL, min: 32, holds: /[A-Z0-9]/ },
]

const HEADS = new RegExp(SHAPES.map(({ head }) => `(${head})`).join('|'), 'g')

export const TOKENS = SHAPES.map(({ what }) => what)

/** Tokens with a head of their own, wherever they stand: also right after a letter, and over line breaks. */
export const findTokens: Finder = (view) => {
  const spans = []
  /** Where the last run ended that held nothing of what this shape asks for: what begins inside of it doesn't, either. */
  const barren = new Map<Shape, number>()
  HEADS.lastIndex = 0
  for (let match = HEADS.exec(view.text); match; match = HEADS.exec(view.text)) {
    const start = match.index
    const shape = SHAPES[match.findIndex((group, i) => i > 0 && group !== undefined) - 1] as Shape
    const { what, chars = ALPHANUMERIC, min, whole, holds, word } = shape
    const from = HEADS.lastIndex
    // A head may begin in what only looked like one.
    HEADS.lastIndex = start + 1
    if ((word && !beginsWord(view, start)) || start < (barren.get(shape) ?? 0)) continue
    const judge = whole && ((found: string) => whole.test(match[0] + found))
    const end = runEnd(view, from, { chars, min, ...(judge && { whole: judge }) })
    if (end - from < min) continue
    if (holds && !holds.test(view.text.slice(from, end))) {
      barren.set(shape, end)
      continue
    }
    spans.push({ start, end, what })
    HEADS.lastIndex = end
  }
  return spans
}
