import type { Token } from 'marked'
import { expect, test } from 'vitest'
import {
  citedReviews,
  closeOpenMarks,
  MarkdownBlocks,
  plainText,
  safeLink,
} from '../../../ui/markdown/blocks.ts'

const answer = `**Seat comfort is the biggest gap:** 41 of 86 reviews, with *italics* and __more__ and \`code\`.

## The **five** gaps

1. **Width**: 41 reviews [review:rev-1042] [review:r_2].
2. **Legroom**: ~~22~~ 23 reviews
   - nested *point*
   - another

> "After three hours" [review:rev-1187]

| Gap | Reviews |
|---|---:|
| Width | 41 |

\`\`\`sql
SELECT * FROM a WHERE b = '**'
\`\`\`

See [SeatGuru](https://www.seatguru.com/airlines) and ![a map](https://evil.example/x.png).
`

/** What a reader sees of tokens, blocks on lines of their own. */
function seen(tokens: Token[]): string {
  return tokens
    .map((token): string => {
      if (token.type === 'list')
        return token.items.map((item: { tokens: Token[] }) => seen(item.tokens)).join('\n')
      if (token.type === 'table') {
        const cells = [token.header, ...token.rows].flat() as { tokens: Token[] }[]
        return cells.map((cell) => seen(cell.tokens)).join(' ')
      }
      if (token.type === 'citation') return '(cited)'
      if ('tokens' in token && token.tokens) return seen(token.tokens)
      return 'text' in token ? String(token.text) : ''
    })
    .join('')
}

test('wherever a growing answer ends, no raw mark shows', () => {
  const blocks = new MarkdownBlocks()
  for (let end = 0; end <= answer.length; end++) {
    const shown = seen(blocks.update(answer.slice(0, end), true).filter(({ type }) => type !== 'code'))
    expect(shown, JSON.stringify(answer.slice(0, end))).not.toMatch(/\*|__|~~|`|\[rev|\]\(|^\||---|##/)
  }
})

test('a growing answer ends as the whole one', () => {
  const grown = new MarkdownBlocks()
  for (let end = 0; end < answer.length; end += 3) grown.update(answer.slice(0, end), true)
  expect(grown.update(answer, false)).toEqual(new MarkdownBlocks().update(answer, false))
})

test('a finished block keeps its identity while the text grows', () => {
  const blocks = new MarkdownBlocks()
  const [first] = blocks.update(answer.slice(0, 200), true)
  expect(blocks.update(answer, true)[0]).toBe(first)
})

test('a text that is replaced is parsed anew', () => {
  const blocks = new MarkdownBlocks()
  blocks.update(answer, true)
  expect(seen(blocks.update('Other.', false))).toBe('Other.')
})

test.each([
  ['half **bold', 'half **bold**'],
  ['half **bold*', 'half **bold**'],
  ['half **', 'half '],
  ['a `co', 'a `co`'],
  ['2 * 3 and a_b_c', '2 * 3 and a_b_c'],
  ['see [the pa', 'see the pa'],
  ['see [it](https://exa', 'see it'],
  ['cited [review:re', 'cited '],
  ['cited [re', 'cited '],
  ['text\n-', 'text'],
  ['```js\nlet a = "**', '```js\nlet a = "**'],
])('%j is shown as %j while it is written', (tail, shown) => {
  expect(closeOpenMarks(tail)).toBe(shown)
})

test('citations are numbered by first appearance', () => {
  expect(citedReviews('a [review:b] c [review:a] d [review:b]')).toEqual(['b', 'a'])
})

test('only the web and mail can be linked to', () => {
  expect(safeLink('https://www.example.org/a')).toEqual({
    href: 'https://www.example.org/a',
    host: 'example.org',
  })
  expect(safeLink('mailto:a@example.org')).toEqual({ href: 'mailto:a@example.org', host: '' })
  for (const href of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '//evil',
    '/costs',
    'file:///a',
  ]) {
    expect(safeLink(href)).toBeNull()
  }
})

test('entities read as the characters they stand for', () => {
  expect(plainText('a &lt;b&gt; &amp;amp; &#39;c&#39;')).toBe("a <b> &amp; 'c'")
})
