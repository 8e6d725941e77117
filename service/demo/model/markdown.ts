import type { ReviewFilter } from '../../reviews/review-source.ts'

/** A review's words as words: whatever markdown, link, tag or citation they contain is shown and not obeyed. */
export function quoted(text: string, reviewId: string): string {
  const plain = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^["“]|["”]$/g, '')
  const short =
    plain.length <= 240 ? plain : `${plain.slice(0, plain.lastIndexOf(' ', 230) + 1 || 230).trim()}…`
  return `“${inert(short)}” [review:${reviewId}]`
}

/** Text of the data without any power over the page: no markup, and no citation that no tool gave. */
export function inert(text: string): string {
  return text
    .replaceAll('[', '(')
    .replaceAll(']', ')')
    .replace(/[\\`*_<|~]/g, '\\$&')
}

/** As the name of something, at the start of a line or a cell. */
export function name(text: string): string {
  const plain = inert(text)
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}

/** 1 → "1 review", 1234 → "1,234 reviews". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}

export function percent(share: number): string {
  if (share > 0 && share < 0.01) return 'under 1%'
  return `${Math.round(share * 100)}%`
}

/** null where nothing was rated. */
export function rating(average: number | null | undefined): string {
  return average === null || average === undefined ? '–' : Number(average).toFixed(1)
}

export function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [
    line(header),
    line(header.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n')
}

/** "a", "a and b", "a, b and c". */
export function listed(parts: string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`
}

/** The conditions of a query beside its sentiment, in words: " for Economy, from 2015-01-01"; empty without any. */
export function conditions(query: ReviewFilter & { query?: string }): string {
  const who = [query.product, ...Object.values(query.attributes ?? {})].filter(
    (part) => part !== undefined && part !== null,
  )
  const parts = [
    ...(who.length > 0 ? [`for ${listed(who.map(inert))}`] : []),
    ...(query.from ? [`from ${query.from}`] : []),
    ...(query.to ? [`to ${query.to}`] : []),
    ...ratingBounds(query),
    ...(query.query ? [`that mention “${inert(query.query)}”`] : []),
  ]
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`
}

function ratingBounds({ min_rating: min, max_rating: max }: ReviewFilter): string[] {
  if (min !== undefined && min === max) return [`rated ${min}`]
  const bounds = [
    ...(min === undefined ? [] : [`${min} or higher`]),
    ...(max === undefined ? [] : [`${max} or lower`]),
  ]
  return bounds.length === 0 ? [] : [`rated ${bounds.join(' and ')}`]
}
