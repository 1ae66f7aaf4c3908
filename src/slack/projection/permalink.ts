/** A message's address for people: `https://acme.slack.com/archives/C1/p1763712000000100`, with its thread for a reply. */
export function permalink(
  /** As auth.test gives it: `https://acme.slack.com/`. */
  workspaceUrl: string,
  { channel, ts, thread }: { channel: string; ts: string; thread?: string | null },
): string {
  const link = `${workspaceUrl}archives/${channel}/p${ts.replace('.', '')}`
  return thread && thread !== ts ? `${link}?thread_ts=${thread}&cid=${channel}` : link
}
