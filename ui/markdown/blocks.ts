import { Marked, type Token, type Tokens, type TokensList } from 'marked'

/** `[review:ID]`: the answer names a review as its source. */
export interface CitationToken extends Tokens.Generic {
  type: 'citation'
  reviewId: string
}

const marked = new Marked({
  gfm: true,
  extensions: [
    {
      name: 'citation',
      level: 'inline',
      start: (source) => source.indexOf('[review:'),
      tokenizer(source): CitationToken | undefined {
        const [raw, reviewId] = /^\[review:\s*([^\]\s]+)\s*\]/.exec(source) ?? []
        return raw && reviewId ? { type: 'citation', raw, reviewId } : undefined
      },
    },
  ],
})

/** Ids of the reviews that a text names, in order of first appearance; a chip's number is its place here. */
export function citedReviews(markdown: string): string[] {
  return [
    ...new Set(Array.from(markdown.matchAll(/\[review:\s*([^\]\s]+)\s*\]/g), (match) => match[1] ?? '')),
  ]
}

/**
 * Markdown that grows. Blocks that can no longer change are parsed once and keep their identity, so that a reader's
 * selection in them survives; only the last block is parsed again.
 */
export class MarkdownBlocks {
  #source = ''
  #closed: Token[] = []
  #closedLength = 0

  /** The blocks of `source`; `growing` closes marks that are still open at its end. */
  update(source: string, growing: boolean): Token[] {
    if (!source.startsWith(this.#source)) {
      this.#closed = []
      this.#closedLength = 0
    }
    this.#source = source
    let tail = source.slice(this.#closedLength)
    const blocks = marked.lexer(tail)
    // A list goes on after a blank line, so the last block that is not blank stays open.
    const open = blocks.findLastIndex((block) => block.type !== 'space')
    for (const block of blocks.slice(0, Math.max(0, open))) {
      this.#closed.push(block)
      this.#closedLength += block.raw.length
    }
    tail = source.slice(this.#closedLength)
    const last = growing
      ? (marked.lexer(closeOpenMarks(tail)) as TokensList)
      : blocks.slice(Math.max(0, open))
    return [...this.#closed, ...last].filter((block) => block.type !== 'space' && block.type !== 'def')
  }
}

/** The end of a text that is still being written, without the raw marks of what is not finished. */
export function closeOpenMarks(tail: string): string {
  const fences = tail.match(/^ {0,3}(```|~~~)/gm)?.length ?? 0
  if (fences % 2 === 1) return tail
  const lines = tail.split('\n')
  // A lone "-" or "##" says nothing yet, and "-" under a paragraph would make it a heading.
  if (/^\s*([-*+>`~]+|=+|\d+[.)]?|#{1,6})\s*$/.test(lines.at(-1) ?? '')) lines.pop()
  const start = lines.findLastIndex((line) => line.trim() === '') + 1
  const paragraph = lines.slice(start)
  if (isUnfinishedTableHead(paragraph)) return lines.slice(0, start).join('\n')
  const line = paragraph.pop() ?? ''
  return [...lines.slice(0, start), ...paragraph, closeInlineMarks(line)].join('\n')
}

/** A table's first line, before the one below it says that it is a table. */
function isUnfinishedTableHead([head, delimiter = '', ...rows]: string[]): boolean {
  if (!head?.trimStart().startsWith('|') || rows.length > 0) return false
  const columns = (line: string) =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|').length
  return !/^[\s|:-]*-\s*:?\s*\|\s*$/.test(delimiter) || columns(delimiter) < columns(head)
}

function closeInlineMarks(line: string): string {
  let text = line
    .replace(/!?\[([^\]]*)\]\([^)]*$/, '$1')
    .replace(/!\[?[^\]]*$|!$/, '')
    .replace(/\[([^\]]*)$/, (_all, inside: string) =>
      'review:'.startsWith(inside) || inside.startsWith('review:') ? '' : inside,
    )
  if ((text.match(/`/g)?.length ?? 0) % 2 === 1) {
    return text.endsWith('`') ? text.slice(0, -1) : `${text}\``
  }
  const prose = text.replace(/`[^`]*`/g, '')
  const open: string[] = []
  const marks = /\*\*|__|~~|\*|_/g
  for (let found = marks.exec(prose); found; found = marks.exec(prose)) {
    const mark = found[0]
    const before = prose[found.index - 1] ?? ' '
    const after = prose[found.index + mark.length] ?? ''
    if (open.at(-1) === mark && !/\s/.test(before)) open.pop()
    else if (/[\s([{"'*_~]/.test(before) && !/\s/.test(after || 'x')) open.push(mark)
  }
  for (const mark of open.reverse()) {
    const bare = text.trimEnd()
    if (bare.endsWith(mark)) text = bare.slice(0, -mark.length)
    else if (mark.length === 2 && bare.endsWith(mark[0] ?? '')) text = bare + mark[0]
    else text = bare + mark
  }
  return text
}

/** The text of a token as a reader sees it; HTML entities are the only escapes left after parsing. */
export function plainText(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp|#39);/g, (_all, name: string) => entities[name] ?? '')
}
const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  '#39': "'",
}

/** Where a link may go, and the host it shows; null for anything but the web and mail. */
export function safeLink(href: string): { href: string; host: string } | null {
  if (!URL.canParse(href)) return null
  const url = new URL(href)
  if (url.protocol === 'mailto:') return { href: url.href, host: '' }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  return { href: url.href, host: url.host.replace(/^www\./, '') }
}
