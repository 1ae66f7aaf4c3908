/**
 * What Slack refuses, as numbers. Lengths are in characters, durations in milliseconds.
 * Kept apart from the product's own limits on purpose: a mistake there must not be repeated here.
 * Source: docs.slack.dev (Block Kit reference, interactivity, Socket Mode, rate limits), unless a comment says otherwise.
 */
export const LIMITS = {
  message: {
    blocks: 50,
    text: 40_000,
    /** chat.update alone refuses a text longer than this, with msg_too_long. */
    updatedText: 4_000,
    /** Undocumented: bolt-js issue 2509 measured 13,172 to 13,297 over all the blocks of a message. */
    charactersInBlocks: 13_200,
    charactersInMarkdownBlocks: 12_000,
    metadataBytes: 16_384,
    attachments: 100,
  },
  view: { blocks: 100, bytes: 250_000, title: 24, button: 24, privateMetadata: 3_000, stack: 3 },
  id: 255,
  text: 3_000,
  section: { fields: 10, field: 2_000 },
  header: 150,
  context: 10,
  actions: 25,
  button: { text: 75, value: 2_000, url: 3_000 },
  option: { text: 75, value: 75, description: 75 },
  options: { select: 100, groups: 100, overflow: 5, radio: 10, checkboxes: 10 },
  placeholder: 150,
  input: { label: 2_000, hint: 2_000, text: 3_000 },
  confirm: { title: 100, text: 300, button: 30 },
  image: { altText: 2_000, url: 3_000, title: 2_000 },
  table: { rows: 100, columns: 20 },
  acknowledge: 3_000,
  trigger: 3_000,
  responseUrl: { uses: 5, lifetime: 30 * 60_000 },
  connections: 10,
  /** When an event that was not acknowledged is sent again: at once, after one minute, after five. */
  eventRetries: [0, 60_000, 300_000],
} as const
