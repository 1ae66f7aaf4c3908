import type { Explanation } from '../src/operations/explain.ts'
import { inline, line, person, within } from './text.ts'

/** Slack recommends no longer text. */
const TEXT = 4_000

/** `/ops can …`: what would happen, and which line says so. */
export function explanation(typed: string, explained: Explanation): string {
  const { who, roles, allowed, reason, tier } = explained
  const held = roles.length > 0 ? `roles ${roles.map((role) => inline(role, 80)).join(', ')}` : 'no role'
  const lines = [
    `${allowed ? '✅' : '🚫'} ${inline(typed)} for ${line(who, 80)} (${held}): *${allowed ? 'allowed' : 'denied'}*, tier ${tier}`,
    `• ${line(reason, 1_000)}`,
    ...(allowed ? whatItTakes(explained) : []),
  ]
  return within(lines, TEXT)
}

function whatItTakes({ tier, lowered, notLowered, approval, owners, asks }: Explanation): string[] {
  if (tier === 'read') return ['• It runs at once.']
  if (lowered) return [`• Approved in advance: ${line(lowered)}.`, '• It runs when whoever asks confirms it.']
  if (tier === 'low' || !approval) return ['• It runs when whoever asks confirms it.']
  const roles = approval.approvers.map((role) => inline(role, 80)).join(' or ')
  const others = approval.needed === 1 ? 'one other person' : `${approval.needed} other people`
  return [
    ...(notLowered ? [`• Not approved in advance: ${line(notLowered)}.`] : []),
    approval.approvers.length === 0
      ? '• Nobody can approve it: the configuration names no role that may.'
      : `• It needs ${others} with the role ${roles}${tier === 'critical' ? ownersOf(owners) : ''}.`,
    ...(asks.length > 0 ? [`• Asked first: ${asks.map(person).join(', ')}.`] : []),
  ]
}

const ownersOf = (owners: string[]): string =>
  owners.length > 0
    ? `, one of them an owner (${owners.map((role) => inline(role, 80)).join(' or ')})`
    : ', one of them an owner; the service has none, so it would be refused'
