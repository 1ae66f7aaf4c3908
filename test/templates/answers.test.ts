import { describe, expect, it } from 'vitest'
import { badArguments, commandHelp, type Verb } from '../../templates/help.ts'
import { openModal } from '../../templates/open-modal.ts'
import { type Read, readingFile, readingReply } from '../../templates/reading.ts'
import { problemsIn } from '../slack/fake/blocks.ts'
import { ALICE, SEVERITIES } from '../support/examples.ts'
import { expectPostable, HOSTILE, sketch, sketchModal } from './sketch.ts'

const logs: Read = {
  line: 'logs checkout --tail 100 --grep payment',
  service: 'checkout',
  target: 'prod',
  environment: 'production',
  alarming: true,
  finding: '42 of 100 lines: payment authorization failed',
  detail: 'checkout-1 payment authorization failed: timeout <3000 ms>\ncheckout-2 ``` payment ok',
}

describe('a reading', () => {
  it('reads as in its golden file', async () => {
    const replies = [
      sketch('alarming', readingReply(logs, ALICE)),
      sketch(
        'calm, nothing more to show',
        readingReply({ ...logs, alarming: false, finding: '3/3 pods ready', detail: '' }, ALICE),
      ),
      sketch('long', readingReply({ ...logs, detail: 'a log line\n'.repeat(500) }, ALICE)),
    ]
    await expect(replies.join('\n')).toMatchFileSnapshot('golden/reading.txt')
  })

  it('has a file exactly when the message does not hold the detail', () => {
    for (const detail of ['x'.repeat(2_500), 'x'.repeat(2_501), '<'.repeat(600), '<'.repeat(700)]) {
      const inMessage = !readingReply({ ...logs, detail }, ALICE).text.includes('all of it is attached')
      expect(readingFile({ ...logs, detail }) === null).toBe(inMessage)
    }
    expect(readingFile({ ...logs, detail: 'x'.repeat(2_501) })).toEqual({
      name: 'logs-checkout.txt',
      content: 'x'.repeat(2_501),
    })
  })

  it('names its file after nothing that could be a path', () => {
    const { name } = readingFile({ ...logs, service: '../../etc', detail: 'x'.repeat(3_000) }) ?? {}
    expect(name).toBe('logs-..-..-etc.txt')
  })

  it.each(['<'.repeat(10_000), '`'.repeat(2_500), HOSTILE])('is within Slack’s limits', (text) => {
    expectPostable(
      readingReply({ ...logs, line: text, finding: text, detail: text, service: text, target: text }, ALICE),
    )
  })
})

const scale: Verb = {
  name: 'scale',
  usage: '<service> <replicas>',
  summary: 'Set how many replicas a service runs',
  examples: ['scale checkout 5'],
  positionals: ['service', 'replicas'],
}
const undo: Verb = {
  name: 'undo',
  usage: '<OP-n>',
  summary: 'Take a change back',
  examples: ['undo OP-12'],
  positionals: ['change'],
}

describe('help', () => {
  it('reads as in its golden file', async () => {
    const problem = 'replicas must be a whole number from 0 to 1,000, not “1e9”'
    const texts = [
      commandHelp('/ops', [scale, undo], 'More: `/incident help`.'),
      commandHelp('/ops', [scale], 'More: `/incident help`.'),
      badArguments({ command: '/ops', verb: scale, problem, service: 'payment' }),
      badArguments({ command: '/ops', verb: undo, problem: `there is no change ${HOSTILE}`, service: 'payment' }),
    ]
    await expect(`${texts.join('\n\n------\n\n')}\n`).toMatchFileSnapshot('golden/help.txt')
  })

  it('takes the person’s own service for the example, and no other word', () => {
    const text = (verb: Verb, service: string | null) => badArguments({ command: '/ops', verb, problem: 'x', service })
    expect(text(scale, '$&')).toContain('`/ops scale $&amp; 5`')
    expect(text(scale, null)).toContain('`/ops scale checkout 5`')
    expect(text(undo, 'payment')).toContain('`/ops undo OP-12`')
  })

  it('fits into a message, however many verbs there are', () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ ...scale, name: `scale-${i}` }))
    expect(commandHelp('/ops', many, '').length).toBeLessThanOrEqual(4_000)
  })
})

describe('the form that opens an incident', () => {
  it('reads as in its golden file', async () => {
    const modal = openModal({
      mayBePrivate: true,
      title: null,
      severities: SEVERITIES,
      services: ['checkout', 'payment'],
    })
    await expect(sketchModal(modal)).toMatchFileSnapshot('golden/open-modal.txt')
  })

  it('asks for no service where there is none to pick', () => {
    const blocks = openModal({ mayBePrivate: true, title: null, severities: SEVERITIES, services: [] }).blocks
    expect(blocks.map(({ block_id }) => block_id)).toEqual(['severity', 'title', 'kind'])
  })

  it('starts at the first severity of a scheme without P1', () => {
    const severities = SEVERITIES.map((level) => ({ ...level, name: `SEV-${level.name}` }))
    const [severity] = openModal({ mayBePrivate: true, title: null, severities, services: [] }).blocks
    expect(severity?.element).toMatchObject({ initial_option: { value: 'SEV-P0' } })
  })

  it('is within Slack’s limits with 150 services, some with names of 300 characters', () => {
    const services = Array.from({ length: 150 }, (_, i) => `service-${i}${i % 3 === 0 ? 'x'.repeat(300) : ''}`)
    const severities = SEVERITIES.map((level) => ({ ...level, description: HOSTILE.repeat(10) }))
    expect(
      problemsIn(openModal({ mayBePrivate: true, severities, services, title: 'x'.repeat(10_000) }).blocks, 100),
    ).toEqual([])
  })
})
