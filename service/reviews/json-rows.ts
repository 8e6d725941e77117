import { linesOf, textOf, type Encoding } from './text-file.ts'

/** An object of the file, its values as text under their names, or why it is none. `line` is where it begins, from 1. */
export type JsonRow = { line: number; fields: [string, string][] } | { line: number; problem: string }

/** An object that is longer in characters has lost a brace. */
const longestObject = 4_000_000
/** What is nested deeper stays JSON. */
const deepest = 4

/** One object per line; a line that is broken costs no other. */
export async function* jsonLines(
  path: string,
  encoding: Encoding,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<JsonRow> {
  for await (const { line, text } of linesOf(path, encoding, onBytes))
    if (text.trim() !== '') yield rowOf(line, text)
}

/**
 * The objects of the first list in the file, be it the file itself or inside an object such as {"reviews": [...]}.
 * Only one object at a time is in memory.
 */
export async function* jsonList(
  path: string,
  encoding: Encoding,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<JsonRow> {
  const cutter = new ListCutter()
  for await (const piece of textOf(path, encoding, onBytes)) yield* cutter.take(piece)
  yield* cutter.end()
}

/** Cuts the objects of a list out of the text around them. */
class ListCutter {
  private line = 1
  /** The brackets that are open. */
  private readonly open: ('{' | '[')[] = []
  private inText = false
  private escaped = false
  /** How many brackets are open around an object of the list; unknown until its first object comes. */
  private depth: number | undefined
  private listEnded = false
  private second = false
  private begun: { line: number; text: string } | undefined;

  *take(piece: string): Generator<JsonRow> {
    let from = 0
    for (let at = 0; at < piece.length; at++) {
      const sign = piece[at]!
      if (sign === '\n') this.line++
      if (this.inText) {
        if (this.escaped) this.escaped = false
        else if (sign === '\\') this.escaped = true
        else if (sign === '"') this.inText = false
        continue
      }
      if (sign === '"') this.inText = true
      else if (sign === '{' || sign === '[') {
        if (sign === '{' && this.inList()) {
          if (this.listEnded) {
            if (!this.second)
              yield { line: this.line, problem: 'a second list begins here; the first is read' }
            this.second = true
          } else if (!this.begun) {
            this.depth = this.open.length
            this.begun = { line: this.line, text: '' }
            from = at
          }
        }
        this.open.push(sign)
      } else if (sign === '}' || sign === ']') {
        this.open.pop()
        if (this.begun && this.open.length === this.depth) {
          yield rowOf(this.begun.line, this.begun.text + piece.slice(from, at + 1))
          this.begun = undefined
        } else if (this.depth !== undefined && this.open.length < this.depth) this.listEnded = true
      }
    }
    if (!this.begun) return
    this.begun.text += piece.slice(from)
    if (this.begun.text.length > longestObject) {
      yield { line: this.begun.line, problem: 'the object that begins here does not end' }
      this.begun = undefined
      this.listEnded = true
    }
  }

  *end(): Generator<JsonRow> {
    if (this.begun)
      yield { line: this.begun.line, problem: 'the file ends before the object that begins here' }
  }

  /** Whether an object that opens here is one of a list that stands in no other list. */
  private inList(): boolean {
    return this.open.at(-1) === '[' && this.open.indexOf('[') === this.open.length - 1
  }
}

function rowOf(line: number, text: string): JsonRow {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { line, problem: 'it is no valid JSON' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { line, problem: 'it is no JSON object' }
  return { line, fields: [...fieldsOf(value)] }
}

/** {"user": {"name": "Ann"}, "tags": ["a", "b"]} → user.name: Ann; tags: a, b. */
function* fieldsOf(object: object, prefix = '', depth = 0): Generator<[string, string]> {
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    const name = prefix + key
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && depth < deepest)
      yield* fieldsOf(value, `${name}.`, depth + 1)
    else yield [name, asText(value)]
  }
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value as string | number | boolean)
  return Array.isArray(value) && value.every((each) => typeof each !== 'object')
    ? value.map(asText).join(', ')
    : JSON.stringify(value)
}
