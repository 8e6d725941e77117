import { expect, test } from 'vitest'
import { formatTable } from '../../../service/cli/table.ts'

const columns = [
  { name: 'model', numeric: false },
  { name: 'calls', numeric: true },
]

test('text stands left, numbers right, NULL is a sign of its own', () => {
  const table = formatTable(columns, [
    ['gpt-5-nano', '7'],
    [null, '12'],
    ['', null],
  ])
  expect(table).toBe(
    [
      ' model      │ calls',
      '────────────┼───────',
      ' gpt-5-nano │     7',
      ' ∅          │    12',
      '            │     ∅',
    ].join('\n'),
  )
})

test('columns stay aligned beside wide and combined characters', () => {
  const rows = ['日本語', '👩‍👩‍👧', 'e\u0301\u0301te', 'plain'].map((word) => [word, '1'])
  const lines = formatTable(columns, rows).split('\n')
  const cells = [6, 2, 3, 5]
  lines.slice(2).forEach((line, i) => {
    const [word] = line.split('│')
    expect(word).toBe(` ${rows[i]![0]!}${' '.repeat(6 - cells[i]!)} `)
  })
})

test('the widest text is cut to fit, a narrow column beside it is not', () => {
  const lines = formatTable(columns, [['word '.repeat(30), '1234567']], 30).split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(30)
  expect(lines[2]).toMatch(/^ word word wor.*… │ 1234567$/)
})

test('data cannot steer the terminal nor break a row', () => {
  const table = formatTable(columns, [['a\u001b[2Jb\nc\u202ed\u0000', '1']])
  expect(table.split('\n')).toHaveLength(3)
  expect(table).toContain('a·[2Jb↵c·d·')
})

test('a hundred thousand rows are quick', () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => ['x', String(i)])
  expect(formatTable(columns, rows, 80).split('\n')).toHaveLength(100_002)
})
