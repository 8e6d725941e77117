import { parse } from 'csv-parse/sync'
import { linesOf, type Encoding, type Line } from './text-file.ts'

/** A row of the file, or why it is none. `line` is where it begins, from 1. */
export type CsvRow = { line: number; values: string[] } | { line: number; problem: string }

/** Rows are parsed this many at a time, which is quicker than one by one. */
const chunkSize = 200
/** A row that is longer in characters has lost a quote. */
const longestRow = 1_000_000

/** The lines that make a row: several where a quoted value holds line breaks. */
interface Piece {
  line: number
  text: string
  /** Known already for rows of several lines. */
  values?: string[]
}

/**
 * The rows of a file with separated values, the header first, read as a stream. Commas, semicolons, tabs and bars are
 * told from the header. Blank lines are left out. A row that is broken comes out as a problem and costs no other row:
 * after a lost quote reading goes on with the next line of the file.
 */
export async function* csvRows(
  path: string,
  encoding: Encoding = 'utf-8',
  onBytes?: (bytes: number) => void,
): AsyncGenerator<CsvRow> {
  const reader = new PieceReader()
  let chunk: Piece[] = []
  for await (const line of linesOf(path, encoding, onBytes)) {
    chunk.push(...reader.take(line))
    if (chunk.length < chunkSize) continue
    yield* rowsOf(chunk, reader)
    chunk = []
  }
  yield* rowsOf([...chunk, ...reader.end()], reader)
}

/** Puts lines together to rows: a row ends where its quotes are even. */
class PieceReader {
  delimiter = ','
  /** Values that a row must have, by the header; 0 = not known yet. */
  width = 0
  private open: Line[] = []
  private odd = false
  private length = 0

  take(line: Line): Piece[] {
    const pieces: Piece[] = []
    const pending = [line]
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      if (this.open.length === 0 && (next.text.trim() === '' || this.isHint(next))) continue
      this.open.push(next)
      this.length += next.text.length
      if (next.text.split('"').length % 2 === 0) this.odd = !this.odd
      if (this.odd && this.length <= longestRow) continue
      const piece = this.whole()
      if (piece) {
        pieces.push(piece)
        this.reset()
      } else this.giveUp(pieces, pending)
    }
    return pieces
  }

  /** What is left when the file ends within quotes. */
  end(): Piece[] {
    const pieces: Piece[] = []
    while (this.open.length > 0) {
      const pending: Line[] = []
      this.giveUp(pieces, pending)
      for (const line of pending) pieces.push(...this.take(line))
    }
    return pieces
  }

  /** The open lines as a row; undefined where they are none together. */
  private whole(): Piece | undefined {
    const { line, text } = this.open[0]!
    if (this.width === 0) {
      this.delimiter = delimiterOf(text)
      this.width = parsed(text, this)?.[0]?.length ?? 0
    }
    if (this.open.length === 1) return { line, text }
    const all = this.open.map((each) => each.text).join('\n')
    const values = this.odd ? undefined : rowOf(parsed(all, this), this.width)
    return values && { line, text: all, values }
  }

  /** The first line is a row by itself, whatever it is worth; the others are read again. */
  private giveUp(pieces: Piece[], pending: Line[]): void {
    const [first, ...others] = this.open
    pieces.push(first!)
    pending.unshift(...others)
    this.reset()
  }

  /** Excel may write "sep=;" above the header; the header shows it too. */
  private isHint({ text }: Line): boolean {
    return this.width === 0 && /^"?sep=.?"?$/i.test(text)
  }

  private reset(): void {
    this.open = []
    this.odd = false
    this.length = 0
  }
}

/** The separator that a header shows. */
export function delimiterOf(header: string): string {
  const outside = header.replace(/"[^"]*"/g, '')
  const counted = [',', ';', '\t', '|'].map((each): [string, number] => [each, outside.split(each).length])
  return counted.sort((a, b) => b[1] - a[1])[0]![0]
}

interface Format {
  delimiter: string
  width: number
}

function rowsOf(chunk: Piece[], format: Format): CsvRow[] {
  const all = parsed(chunk.map((piece) => piece.text).join('\n'), format)
  if (all?.length === chunk.length && all.every((values) => values.length === format.width))
    return chunk.map(({ line }, index) => ({ line, values: all[index]! }))
  return chunk.map((piece) => {
    const { line, text } = piece
    const strict = parsed(text, format)
    // Quotes that were not doubled (31" pitch) harm nothing where the row still has all its values.
    const values =
      piece.values ??
      rowOf(strict, format.width) ??
      rowOf(parsed(text, format, true), format.width)?.map(unquoted)
    return values ? { line, values } : { line, problem: problemOf(strict, format.width) }
  })
}

function rowOf(rows: string[][] | undefined, width: number): string[] | undefined {
  return rows?.length === 1 && rows[0]!.length === width ? rows[0] : undefined
}

/** A value whose inner quotes were not doubled comes with its outer ones. */
function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

function problemOf(rows: string[][] | undefined, width: number): string {
  if (rows?.length !== 1) return 'a quote in it is not closed, or not doubled'
  const values = rows[0]!.length
  return `it has ${values} ${values === 1 ? 'value' : 'values'}, the header has ${width}`
}

/** undefined: not CSV. */
function parsed(
  text: string,
  { delimiter }: Pick<Format, 'delimiter'>,
  relaxed = false,
): string[][] | undefined {
  try {
    return parse(text, { delimiter, relax_column_count: true, relax_quotes: relaxed, record_delimiter: '\n' })
  } catch {
    return undefined // the caller names the line
  }
}
