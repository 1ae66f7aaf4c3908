import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { registerGauges } from '../../src/http/gauges.ts'
import { createMetrics } from '../../src/http/metrics.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** What a scrape may have, by name: its type and labels. Nothing is asked of a database for that. */
function offered() {
  const { registry } = createMetrics()
  registerGauges(registry, { db: {} as never, slack: () => ({ connected: true }) })
  const metrics = registry.getMetricsAsArray() as unknown as { name: string; type: string; labelNames: string[] }[]
  return new Map(metrics.map((metric) => [metric.name, metric]))
}
const own = () => [...offered().keys()].filter((name) => name.startsWith('firebreak_')).sort()

describe('what the metrics are called', () => {
  it('is in README’s table, all of it, and nothing else is', () => {
    const rows = read('README.md')
      .split('\n')
      .flatMap((line) => /^\| (`firebreak_[^|]*)\|/.exec(line)?.[1] ?? [])
    const told = rows.flatMap((cell) => [...cell.matchAll(/`(firebreak_\w+)`/g)].map(([, name]) => name))
    expect(told.length).toBeGreaterThan(15)
    expect(told.sort()).toEqual(own())
  })

  it('follows Prometheus: counters end in _total, times in _seconds, and the help says whose they are', async () => {
    const { registry } = createMetrics()
    registerGauges(registry, { db: {} as never, slack: () => ({ connected: true }) })
    const text = await registry.metrics()
    for (const [name, { type }] of offered()) {
      if (!name.startsWith('firebreak_')) continue
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
      if (type === 'histogram') expect(name).toMatch(/_seconds$/)
      const shared = /^firebreak_(changes|approvals|incidents|slack_projection_behind)/.test(name)
      expect(text.includes(`# HELP ${name} `), name).toBe(true)
      expect(new RegExp(`^# HELP ${name} .*all replicas share`, 'm').test(text), name).toBe(shared)
    }
  })
})

describe('the alerts of docs/operating.md', () => {
  const metrics = offered()
  const rows = read('docs/operating.md')
    .split('## Alerts')[1]
    ?.split('\n')
    .flatMap((line) => /^\| [^|]+ \| `((?:\\\||[^|`])+)` \|/.exec(line)?.[1] ?? [])
  const expressions = (rows ?? []).map((expression) => expression.replaceAll('\\|', '|'))

  it('are seen, each with an expression', () => {
    expect(expressions.length).toBeGreaterThan(10)
  })

  it.each(expressions)('%s', (expression) => {
    const names = [...expression.matchAll(/\b((?:firebreak|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)]
    expect(names.length).toBeGreaterThan(0)
    for (const [, name = '', selectors = ''] of names) {
      const metric = metrics.get(name) ?? metrics.get(name.replace(/_(?:bucket|sum|count)$/, ''))
      expect(metric, name).toBeDefined()
      expect(name !== metric?.name).toBe(metric?.type === 'histogram')
      for (const [, label] of selectors.matchAll(/(\w+)=/g)) expect(metric?.labelNames).toContain(label)
      // What only grows is looked at over a time, what goes up and down as it is.
      const grows = metric?.type === 'counter' || metric?.type === 'histogram'
      expect(new RegExp(`(?:rate|increase)\\(${name}`).test(expression), name).toBe(grows)
    }
    for (const [, labels = ''] of expression.matchAll(/\bby \(([^)]*)\)/g)) {
      const known = ['le', 'instance', ...names.flatMap(([, name = '']) => metrics.get(name)?.labelNames ?? [])]
      for (const label of labels.split(/, ?/)) expect(known).toContain(label)
    }
    expect(expression.match(/[({[]/g)?.length).toBe(expression.match(/[)}\]]/g)?.length)
  })
})

describe('a series', () => {
  it('is there with a zero before anything went wrong, so that the first time shows', async () => {
    const { registry } = createMetrics()
    const text = await registry.metrics()
    expect(text).toContain('firebreak_slack_gestures_total{kind="action",outcome="failed"} 0')
    expect(text).toContain('firebreak_runs_total{outcome="unknown"} 0')
  })

  it('is not made for each new name that somebody answers with', async () => {
    const { registry, called } = createMetrics()
    for (let n = 0; n < 1_000; n++) called('chat.postMessage', `surprise_${n}`)
    called('chat.postMessage', 'surprise_0')
    const text = await registry.metrics()
    expect(text.match(/firebreak_slack_calls_total\{/g)).toHaveLength(101)
    expect(text).toContain('firebreak_slack_calls_total{method="chat.postMessage",outcome="other"} 900')
    expect(text).toContain('firebreak_slack_calls_total{method="chat.postMessage",outcome="surprise_0"} 2')
  })
})
