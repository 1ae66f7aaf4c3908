import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument, type Scalar } from 'yaml'
import { z } from 'zod'
import type { Problem } from './problems.ts'

export type Path = Array<string | number>

/** A YAML file as data, which still knows where everything stood. */
export interface Source {
  /** The data, with `${NAME}` filled in. */
  value: unknown
  /** What is wrong with it as YAML and with its variables. */
  problems: Problem[]
  /** It isn't YAML: `value` means nothing, and no other check is worth making. */
  broken: boolean
  /** A problem with what stands at this path, or, when nothing does, with the nearest thing around it. */
  problem(path: Path, message: string, point?: 'key' | 'value'): Problem
  /** What stands there in the file, with `${NAME}` not filled in: what a message may quote. */
  written(path: Path): string
  /** The line of what stands at this path; 0 when nothing does. */
  line(path: Path): number
  /** `problems` has this place already: whatever its value looks like now is no second mistake. */
  reported(path: Path): boolean
}

interface Place {
  /** Offsets in the text. */
  key: number
  value: number
  written: string | null
}

const syntaxHints: Record<string, string> = {
  TAB_AS_INDENT: 'a tab; indent with spaces',
  MULTIPLE_DOCS: 'a second document starts here; a configuration is one document, without "---"',
}

/** Reads YAML. `${NAME}` is filled in after parsing, so that a variable's value can't become YAML. */
export function readSource(file: string, text: string, variables: Record<string, string | undefined>): Source {
  const lines = new LineCounter()
  // Duplicate keys are found below, where their path is known.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const places = new Map<string, Place>()
  const reported = new Set<string>()
  const problems: Problem[] = []
  const id = (path: Path) => JSON.stringify(path)

  function read(node: ParsedNode | null, path: Path, keyOffset?: number): unknown {
    const offset = node?.range[0] ?? keyOffset ?? 0
    places.set(id(path), {
      key: keyOffset ?? offset,
      value: offset,
      written: isScalar(node) ? writtenText(node) : null,
    })
    if (isMap(node)) return readMap(node.items, path)
    if (isSeq(node)) return node.items.map((item, index) => read(item, [...path, index]))
    if (isScalar(node)) return typeof node.value === 'string' ? fillIn(node.value, path) : node.value
    if (node !== null) report(path, 'aliases are not supported; write the value out')
    return null
  }

  function report(path: Path, message: string) {
    problems.push(problem(path, message))
    reported.add(id(path))
  }

  function readMap(pairs: Array<{ key: ParsedNode; value: ParsedNode | null }>, path: Path): unknown {
    // Without a prototype, so that a key named __proto__ is an unknown key like any other.
    const map: Record<string, unknown> = Object.create(null)
    for (const pair of pairs) {
      if (!isScalar(pair.key)) {
        problems.push({ ...at(pair.key.range[0], path), message: 'a key must be plain text; quote it' })
        continue
      }
      const key = String(pair.key.value)
      const offset = pair.key.range[0]
      if (key in map) {
        const first = lines.linePos(places.get(id([...path, key]))?.key ?? 0).line
        problems.push({ ...at(offset, [...path, key]), message: `duplicate key; the first is on line ${first}` })
      } else {
        map[key] = read(pair.value, [...path, key], offset)
      }
    }
    return map
  }

  function fillIn(text: string, path: Path): string {
    return text.replaceAll(/\$\$\{|\$\{([A-Za-z_]\w*)\}|\$\{/g, (match, name: string | undefined) => {
      if (match === '$${') return '${'
      if (name === undefined) {
        report(path, `a variable is written \${NAME}; for the characters "\${" themselves write "$\${"`)
        return ''
      }
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined
      if (value === undefined) {
        report(path, `the environment variable ${name} is not set; set it (an empty value is allowed)`)
      }
      return value ?? ''
    })
  }

  function at(offset: number, path: Path): Omit<Problem, 'message'> {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), key: z.core.toDotPath(path) }
  }

  function problem(path: Path, message: string, point?: 'key' | 'value'): Problem {
    const place = places.get(id(path)) ?? around(path)
    // A scalar is wrong where it stands; a map or a list is best found by its key.
    const to = point ?? (place.written === null ? 'key' : 'value')
    return { ...at(place[to], path), message }
  }

  function around(path: Path): Place {
    const parent = path.slice(0, -1)
    const place = places.get(id(parent)) ?? (path.length > 0 ? around(parent) : { key: 0, value: 0 })
    return { ...place, written: null }
  }

  for (const error of [...document.errors, ...document.warnings]) {
    problems.push({ ...at(error.pos[0], []), message: syntaxHints[error.code] ?? error.message })
  }
  const broken = problems.length > 0
  return {
    value: broken ? null : read(document.contents, []),
    problems,
    broken,
    problem,
    written: (path) => places.get(id(path))?.written ?? '',
    line: (path) => lines.linePos(places.get(id(path))?.value ?? -1).line,
    reported: (path) => reported.has(id(path)),
  }
}

function writtenText(node: Scalar): string {
  return node.source ?? String(node.value)
}
