import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { exportSchema, SCHEMA_ID } from '../../src/review/schema/document.ts'
import type { EntryType } from '../../src/timeline/entries.ts'
import { change, entry } from '../support/examples.ts'
import { sealed } from '../timeline/chains.ts'
import { EVENING as EVERYTHING, examples } from '../timeline/evening.ts'
import { EVENING } from './evening.ts'
import { exported } from './told.ts'

const schema = exportSchema() as { $defs: Record<string, unknown> }
// A shape that Ajv would only warn of is wrong, too.
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)
const problems = (document: unknown): string[] => {
  validate(document)
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, params.additionalProperty].filter(Boolean).join(' '),
  )
}
const ALL = [...EVERYTHING, ...Object.values(examples).map((body) => entry(1, body))]
const exportOf = async (stored = sealed(ALL).stored) =>
  JSON.parse(await exported('json', { ...EVENING, changes: [change('succeeded')], stored }))

/** Every object of the schema that describes a value, with where it stands. */
function shapes(value: unknown, path: string): [path: string, shape: Record<string, unknown>][] {
  if (typeof value !== 'object' || value === null) return []
  const nested = Object.entries(value).flatMap(([key, inner]) => shapes(inner, `${path}/${key}`))
  const [last, parent] = path.split('/').reverse()
  const isShape = last === 'items' || parent === 'properties' || parent === '$defs'
  return isShape && !Array.isArray(value) ? [[path, value as Record<string, unknown>], ...nested] : nested
}

describe('the schema of the JSON export', () => {
  it('is the one that is published', async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../docs/export.schema.json')
  })

  it('takes an export with entries of every type, in each of their forms', async () => {
    const document = await exportOf()
    expect(problems(document)).toEqual([])
    expect(document.schema).toBe(SCHEMA_ID)
    expect(new Set(document.entries.map(({ type }: { type: string }) => type)).size).toBe(Object.keys(examples).length)
  })

  it('takes one of an incident with little to tell, and one that was erased from', async () => {
    const { stored } = sealed([entry(1, examples['incident.opened']), entry(2, examples['message.posted'])])
    const erased = stored.map((one) => ({ ...one, salt: null, payload: null }))
    for (const entries of [stored, erased]) {
      expect(problems(JSON.parse(await exported('json', { stored: entries })))).toEqual([])
    }
  })

  it.each(Object.keys(examples) as EntryType[])('knows every key of %s, and no other', async (type) => {
    const document = await exportOf(sealed([entry(1, examples[type])]).stored)
    expect(problems(document)).toEqual([])
    const [told] = document.entries
    const also = { ...document, entries: [{ ...told, data: { ...told.data, unheard_of: 1 } }] }
    expect(problems(also)).toContain('/entries/0/data must NOT have additional properties unheard_of')
    const [key] = Object.keys(told.data)
    if (key === undefined) return
    const { [key]: _, ...less } = told.data
    expect(problems({ ...document, entries: [{ ...told, data: less }] }).join()).toMatch(/must have required property/)
  })

  it('takes no other key anywhere else, and no type that there isn’t', async () => {
    const document = await exportOf()
    const [first, ...rest] = document.entries
    const wrong: [unknown, RegExp][] = [
      [{ ...document, also: 1 }, /also/],
      [{ ...document, incident: { ...document.incident, also: 1 } }, /also/],
      [{ ...document, gaps: [{ ...document.gaps[0], also: 1 }] }, /also/],
      [{ ...document, tasks: [{ ...document.tasks[0], owner: { id: 'T1/U1', name: 'A', also: 1 } }] }, /also/],
      [{ ...document, seal: { ...document.seal, also: 1 } }, /also/],
      [{ ...document, entries: [{ ...first, also: 1 }, ...rest] }, /also/],
      [{ ...document, entries: [{ ...first, type: 'incident.exploded' }, ...rest] }, /allowed values/],
      [{ ...document, generated_at: 'yesterday' }, /pattern/],
    ]
    for (const [changed, problem] of wrong) expect(problems(changed).join()).toMatch(problem)
  })

  it('says of every value what it means', () => {
    const all = shapes(schema, '#').filter(
      ([path]) => !/\/anyOf\/|\/allOf\/|\/\$defs\/\w+\/properties\/type$/.test(path),
    )
    expect(all.length).toBeGreaterThan(200)
    const silent = all.filter(([, { description }]) => typeof description !== 'string' || description === '')
    expect(silent.map(([path]) => path)).toEqual([])
  })
})
