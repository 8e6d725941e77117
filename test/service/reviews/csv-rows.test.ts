import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csvRows, type CsvRow } from '../../../service/reviews/csv-rows.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-rows-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function rowsOf(content: string): Promise<CsvRow[]> {
  const path = join(folder, 'file.csv')
  await writeFile(path, content)
  return Array.fromAsync(csvRows(path))
}
const good = (rows: CsvRow[]) => rows.flatMap((row) => ('values' in row ? [row.values] : []))
const bad = (rows: CsvRow[]) => rows.flatMap((row) => ('problem' in row ? [row.line] : []))

test('quoted commas, line breaks and doubled quotes stay in their value', async () => {
  const rows = await rowsOf('id,text\n1,"one, two\nthree ""four"""\n2,five\n')
  expect(good(rows)).toEqual([
    ['id', 'text'],
    ['1', 'one, two\nthree "four"'],
    ['2', 'five'],
  ])
  expect(rows.map((row) => row.line)).toEqual([1, 2, 4])
})

test('a byte order mark, CRLF and blank lines leave no trace', async () => {
  expect(good(await rowsOf('\uFEFFid,text\r\n\r\n1,"a\r\nb"\r\n\r\n2,c'))).toEqual([
    ['id', 'text'],
    ['1', 'a\nb'],
    ['2', 'c'],
  ])
})

test('a quote that is never closed costs its own row and no other', async () => {
  const rows = await rowsOf('id,text\n1,"lost\n2,"whole\nrow"\n3,"fine"\n4,"lost again')
  expect(bad(rows)).toEqual([2, 6])
  expect(good(rows).slice(1)).toEqual([
    ['2', 'whole\nrow'],
    ['3', 'fine'],
  ])
})

test('quotes that were not doubled are kept where the row has all its values', async () => {
  const rows = await rowsOf('id,text,rating\n1,31" pitch,2\n2,"he said "no" twice",1\n')
  expect(good(rows).slice(1)).toEqual([
    ['1', '31" pitch', '2'],
    ['2', 'he said "no" twice', '1'],
  ])
})

test('a row with a value too many or too few is named by its line', async () => {
  const rows = await rowsOf('a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3\n')
  expect(rows.filter((row) => 'problem' in row)).toEqual([
    { line: 3, problem: 'it has 2 values, the header has 3' },
    { line: 4, problem: 'it has 4 values, the header has 3' },
  ])
  expect(good(rows)).toHaveLength(3)
})

test.each([';', '\t', '|'])('the separator %j is told from the header', async (separator) => {
  expect(good(await rowsOf(`a${separator}b\n1,5${separator}x\n`))[1]).toEqual(['1,5', 'x'])
})

test('an empty file has no rows', async () => {
  expect(await rowsOf('\n \n')).toEqual([])
})
