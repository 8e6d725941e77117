export interface Column {
  name: string
  /** Aligned right. */
  numeric: boolean
}

const minWidth = 6
const nullSign = '∅'

/**
 * An aligned table, a line per row. Widths are counted in terminal cells. Text that does not fit into `maxWidth`
 * cells is cut, from the widest columns first; control characters are made visible, so that data cannot steer a terminal.
 */
export function formatTable(columns: Column[], rows: (string | null)[][], maxWidth = Infinity): string {
  const cells = rows.map((row) => row.map((value) => (value === null ? nullSign : visible(value))))
  const names = columns.map(({ name }) => visible(name))
  const natural = names.map((name, i) =>
    cells.reduce((max, row) => Math.max(max, width(row[i]!)), width(name)),
  )
  const widths = shrink(natural, maxWidth - 3 * columns.length + 1)
  const line = (row: string[]) =>
    row
      .map((cell, i) => ` ${pad(cut(cell, widths[i]!), widths[i]!, columns[i]!.numeric)} `)
      .join('│')
      .trimEnd()
  const rule = widths.map((cellWidth) => '─'.repeat(cellWidth + 2)).join('┼')
  return [line(names), rule, ...cells.map(line)].join('\n')
}

/** Takes cells from the widest column until all fit, but leaves each column a few. */
function shrink(natural: number[], room: number): number[] {
  const widths = [...natural]
  for (;;) {
    const excess = widths.reduce((sum, cellWidth) => sum + cellWidth, 0) - room
    const widest = Math.max(...widths)
    if (excess <= 0 || widest <= minWidth) return widths
    const second = Math.max(minWidth, ...widths.filter((cellWidth) => cellWidth < widest))
    const i = widths.indexOf(widest)
    widths[i] = Math.max(second, widest - excess, minWidth)
    if (widths[i] === widest) widths[i] = widest - 1
  }
}

function visible(text: string): string {
  return text.replace(/\r?\n/g, '↵').replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '·')
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u

function cellsOf(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1
}

function width(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let sum = 0
  for (const { segment } of graphemes.segment(text)) sum += cellsOf(segment)
  return sum
}

function cut(text: string, max: number): string {
  if (width(text) <= max) return text
  let kept = ''
  let used = 1 // for the ellipsis
  for (const { segment } of graphemes.segment(text)) {
    used += cellsOf(segment)
    if (used > max) break
    kept += segment
  }
  return `${kept}…`
}

function pad(text: string, cellWidth: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, cellWidth - width(text)))
  return right ? space + text : text + space
}
