import { csvRows, delimiterOf } from './csv-rows.ts'
import { jsonLines, jsonList } from './json-rows.ts'
import { encodingOf, linesOf, textOf, type Encoding } from './text-file.ts'

/** Told from what is in the file, whatever its name ends with. */
export type TableFormat = 'CSV' | 'TSV' | 'JSON' | 'JSON Lines'

/** A row by the columns of the file, or why it is none. `line` is where it begins, from 1. */
export type TableRow = { line: number; values: string[] } | { line: number; problem: string }

/** A file of rows under names: separated values with a header, or JSON objects. */
export interface TableFile {
  path: string
  format: TableFormat
  encoding: Encoding
}

/** A JSON object whose end is not found in this much of a file is no line of JSON Lines. */
const longestLine = 1_000_000

/** Finds out how a file is written. */
export async function openTable(path: string): Promise<TableFile> {
  const encoding = await encodingOf(path)
  return { path, encoding, format: await formatOf(path, encoding) }
}

async function formatOf(path: string, encoding: Encoding): Promise<TableFormat> {
  let start = ''
  for await (const piece of textOf(path, encoding)) {
    start += piece
    if (start.length >= longestLine) break
  }
  const text = start.trimStart()
  if (/^\[\s*(?:[[{"\]]|$)/.test(text)) return 'JSON'
  if (/^\{\s*(?:"|\}|$)/.test(text)) return isLine(text) ? 'JSON Lines' : 'JSON'
  for await (const { text: line } of linesOf(path, encoding))
    if (line.trim() !== '') return delimiterOf(line) === '\t' ? 'TSV' : 'CSV'
  return 'CSV'
}

/** Whether the first line is an object of its own: one with a list of objects and nothing after it is a list of JSON. */
function isLine(text: string): boolean {
  const [first = '', ...others] = text.split('\n')
  try {
    const value = JSON.parse(first) as Record<string, unknown>
    return others.some((line) => line.trim() !== '') || !Object.values(value).some(isListOfObjects)
  } catch {
    // A broken first line, with whole ones after it.
    return others.slice(0, 10).some((line) => /^\{.*\}\r?$/.test(line))
  }
}

function isListOfObjects(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((each) => typeof each === 'object' && each !== null)
  return typeof value === 'object' && value !== null && Object.values(value).some(isListOfObjects)
}

/**
 * The rows of a table, read as a stream. `onHeaders` is called with the names of the columns found so far before a row
 * that needs them, with those of JSON as they come up; rows may be shorter than the names.
 */
export async function* tableRows(
  { path, format, encoding }: TableFile,
  onHeaders: (headers: string[]) => void,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<TableRow> {
  if (format === 'CSV' || format === 'TSV') {
    let headed = false
    for await (const row of csvRows(path, encoding, onBytes)) {
      if (headed) yield row
      else if ('problem' in row) return
      else onHeaders(namesOf(row.values))
      headed = true
    }
    return
  }
  const columns = new Map<string, number>()
  const read = format === 'JSON' ? jsonList : jsonLines
  for await (const row of read(path, encoding, onBytes)) {
    if ('problem' in row) {
      yield row
      continue
    }
    const values: string[] = []
    const known = columns.size
    for (const [name, value] of row.fields) {
      const header = name.replaceAll('\0', '').trim() || 'unnamed'
      const index = columns.get(header) ?? columns.size
      columns.set(header, index)
      values[index] = value
    }
    if (columns.size > known) onHeaders([...columns.keys()])
    yield { line: row.line, values: Array.from(values, (value) => value ?? '') }
  }
}

/** Trimmed; nameless and repeated ones get a name of their own, because attributes go by it. */
function namesOf(values: string[]): string[] {
  const used = new Set<string>()
  return values.map((value, index) => {
    const name = value.replaceAll('\0', '').trim() || `column ${index + 1}`
    let unique = name
    for (let copy = 2; used.has(unique); copy++) unique = `${name} (${copy})`
    used.add(unique)
    return unique
  })
}
