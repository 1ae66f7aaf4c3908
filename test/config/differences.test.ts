import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { differences } from '../../src/config/differences.ts'

const between = (before: string, after: string) => differences(parse(before), parse(after))

describe('what a changed configuration says differently', () => {
  it.each([
    ['a user more', 'roles: { a: { users: [U1] } }', 'roles: { a: { users: [U1, U2] } }', ['roles.a.users: + U2']],
    ['a user less', 'roles: { a: { users: [U1, U2] } }', 'roles: { a: { users: [U2] } }', ['roles.a.users: - U1']],
    [
      'a policy line changed',
      'policy: [{ allow: [a], operations: ["*"] }]',
      'policy: [{ allow: [a, b], operations: ["*"] }]',
      ['policy: - allow: [a], operations: ["*"]', 'policy: + allow: [a, b], operations: ["*"]'],
    ],
    [
      'a value',
      'approvals: { guarded: { needed: 1 } }',
      'approvals: { guarded: { needed: 2 } }',
      ['approvals.guarded.needed: 1 → 2'],
    ],
    [
      'a new section, key by key',
      'a: 1',
      'a: 1\nroles: { x: { users: [U1] }, y: {} }',
      ['roles.x: + users: [U1]', 'roles.y: + {}'],
    ],
    ['a section that is gone', 'a: 1\nroles: { x: { users: [U1] } }', 'a: 1', ['roles.x: - users: [U1]']],
    ['an empty section', 'a: 1', 'a: 1\nroles: {}', ['roles: + {}']],
    [
      'an order, which a rota means',
      'schedules: { a: { people: [U1, U2] } }',
      'schedules: { a: { people: [U2, U1] } }',
      ['schedules.a.people: now in the order [U2, U1]'],
    ],
    ['one of two that were the same', 'a: { b: [1, 1, 2] }', 'a: { b: [1, 2] }', ['a.b: - 1']],
    ['another kind of value', 'a: { b: 1 }', 'a: { b: { c: 1 } }', ['a.b: 1 → { c: 1 }']],
    ['text that needs quotes', 'a: { b: x }', 'a: { b: "two words: yes" }', ['a.b: x → "two words: yes"']],
    [
      'what only a start reads',
      'slack: { a: 1 }',
      'slack: { a: 2 }',
      ['slack.a: 1 → 2 (takes effect at the next start)'],
    ],
    ['nothing but a comment and the order of keys', 'a: 1\nb: 2 # x', 'b: 2\na: 1', []],
  ])('%s', (_, before, after, expected) => {
    expect(between(before, after)).toEqual(expected)
  })

  it('is short, however long it is', () => {
    const [line] = between('a: { b: [] }', `a: { b: [${'x'.repeat(500)}] }`)
    expect(line).toHaveLength(200)
    expect(line).toMatch(/…$/)
  })
})
