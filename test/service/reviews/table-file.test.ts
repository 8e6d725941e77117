import { execFile } from 'node:child_process'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readReviews, surveyFile } from '../../../service/reviews/review-file.ts'
import { openTable } from '../../../service/reviews/table-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'table-file-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function fileOf(content: string | Uint8Array, name = 'reviews.data'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

/** What is read of a file: its reviews' texts and ratings, and the bad lines. */
async function read(content: string | Uint8Array) {
  const path = await fileOf(content)
  const file = (await surveyFile(path))!
  const rows = await Array.fromAsync(readReviews(file))
  return {
    format: file.format,
    encoding: file.encoding,
    reviews: rows.flatMap((row) => ('review' in row ? [row.review] : [])),
    problems: rows.flatMap((row) => ('problem' in row ? [`${row.line}: ${row.problem}`] : [])),
  }
}

const records = [
  { id: 1, text: 'It leaks, "badly".\nAll over.', stars: 2 },
  { id: 2, text: 'Boils quickly 😀, naïve me.', stars: 5 },
]
const lines = records.map((record) => JSON.stringify(record))
const delimited = (separator: string) =>
  ['id', 'text', 'stars'].join(separator) +
  '\n' +
  records
    .map(({ id, text, stars }) => [id, `"${text.replaceAll('"', '""')}"`, stars].join(separator))
    .join('\n')

test.each([
  ['CSV', delimited(',')],
  ['CSV', `sep=;\r\n${delimited(';')}`],
  ['TSV', delimited('\t')],
  ['JSON Lines', lines.join('\n')],
  ['JSON Lines', `\uFEFF${lines.join('\r\n\r\n')}\r\n`],
  ['JSON Lines', `{"broken": \n${lines.join('\n')}`],
  ['JSON', `[${lines.join(',')}]`],
  ['JSON', JSON.stringify(records, null, 2)],
  ['JSON', JSON.stringify({ exported: '2026-01-01', tags: ['a'], reviews: records })],
  ['JSON', JSON.stringify({ meta: { pages: { last: 1 } }, data: { items: records }, next: null }, null, 1)],
  ['JSON', `  [\n\n${lines.join('\n,\n')}\n]\n`],
])('%s is told from what is in the file: %s', async (format, content) => {
  const found = await read(content)
  expect(found.format).toBe(format)
  expect(found.reviews.map(({ text, rating, source_key }) => [text, rating, source_key])).toEqual([
    ['It leaks, "badly".\nAll over.', 2, 'id:1'],
    ['Boils quickly 😀, naïve me.', 5, 'id:2'],
  ])
})

const utf16 = (text: string) => Buffer.from(text, 'utf16le')

test.each([
  ['utf-16le', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(delimited(','))])],
  ['utf-16le', utf16(delimited('\t'))],
  ['utf-16be', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16(delimited(',')).swap16()])],
  ['utf-8', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(delimited(','))])],
])('%s is read as it was written', async (encoding, content) => {
  const found = await read(content)
  expect(found.encoding).toBe(encoding)
  expect(found.reviews.map((review) => review.text)).toEqual(records.map((record) => record.text))
})

test('what is no UTF-8 was written on Windows', async () => {
  const found = await read(Buffer.from('text,rating\nDer Akku h\u00e4lt nicht \u2013 schade,2\n', 'latin1'))
  expect(found.encoding).toBe('windows-1252')
  expect(found.reviews[0]!.text).toMatch(/^Der Akku hält nicht/)
})

test('characters that lie across the pieces of a file stay whole', async () => {
  const text = '😀ü'.repeat(60_000)
  const long = `${'x'.repeat(262_141)} ${text}`
  expect((await read(`text,rating\n"${long}",3\n`)).reviews[0]!.text).toBe(long)
  expect((await read(JSON.stringify([{ text: long, rating: 3 }]))).reviews[0]!.text).toBe(long)
})

test('TSV needs no quotes, and a lone one is a character like others', async () => {
  const { reviews, problems } = await read(
    'id\ttext\trating\n1\tA 31" screen\t2\n2\tHe said "no"\t1\n3\t"Quoted\twith a tab"\t4\n4\tLast" one\t5\n',
  )
  expect(problems).toEqual([])
  expect(reviews.map((review) => review.text)).toEqual([
    'A 31" screen',
    'He said "no"',
    'Quoted\twith a tab',
    'Last" one',
  ])
})

test('a broken line of JSON Lines is named and costs no other', async () => {
  const { reviews, problems } = await read(
    `${lines[0]}\n{"id": 3, "text": "half\n"a text"\n[1]\n${lines[1]}\n`,
  )
  expect(reviews).toHaveLength(2)
  expect(problems).toEqual(['2: it is no valid JSON', '3: it is no JSON object', '4: it is no JSON object'])
})

test('a list that is cut off or holds a broken object loses no whole one', async () => {
  expect((await read(`[${lines[0]},\n{"id": 2, "text": "cut`)).problems).toEqual([
    '2: the file ends before the object that begins here',
  ])
  const { reviews, problems } = await read(`[${lines[0]},\n{"id": 9, text: 1},\n${lines[1]}]`)
  expect(reviews).toHaveLength(2)
  expect(problems).toEqual(['2: it is no valid JSON'])
})

test('of several lists the first is read, and the second is named', async () => {
  const { reviews, problems } = await read(
    JSON.stringify({ reviews: records, products: [{ text: 'No review' }, {}] }),
  )
  expect(reviews).toHaveLength(2)
  expect(problems).toEqual(['1: a second list begins here; the first is read'])
})

test('nested values have names of their own, and missing ones are none', async () => {
  const { reviews } = await read(
    JSON.stringify([
      { text: 'First.', user: { name: 'Ann', address: { city: 'Oslo' } }, tags: ['a', 'b'], stars: null },
      { stars: 4, text: 'Second.', verified: true, photos: [{ url: 'x' }] },
    ]),
  )
  expect(reviews.map(({ rating, author, attributes }) => [rating, author, attributes])).toEqual([
    [null, 'Ann', { 'user.address.city': 'Oslo', tags: 'a, b' }],
    [4, null, { verified: 'true', photos: '[{"url":"x"}]' }],
  ])
})

test('what PostgreSQL cannot hold is left out of a text', async () => {
  const { reviews } = await read('{"text": "zero \\u0000 and half \\ud83d a sign", "rating": 3}\n')
  expect(reviews[0]!.text).toBe('zero  and half \ufffd a sign')
})

test("a vendor's reply is not taken for the review, nor its date for the review's", async () => {
  const reply = 'Dear customer, thank you so much for your kind words. '.repeat(5)
  const { reviews } = await read(
    JSON.stringify([
      {
        userName: 'Ann',
        content: 'Crashes.',
        score: 1,
        at: '2024-05-01',
        replyContent: reply,
        repliedAt: '2024-06-01',
      },
    ]),
  )
  expect(reviews[0]).toMatchObject({ text: 'Crashes.', rating: 1, reviewed_at: '2024-05-01' })
  const unnamed = await read(
    `Meinung,Antwort des Hotels\n"Sehr laute Zimmer und kaltes Wasser.","${reply}"\n`,
  )
  expect(unnamed.reviews[0]!.text).toBe('Sehr laute Zimmer und kaltes Wasser.')
})

test('a rating that names its own maximum is on that scale', async () => {
  const { reviews } = await read('text,rating\nGood.,4/5\nFine.,8/10\nWell.,70%\n')
  expect(reviews.map(({ rating, rating_scale }) => [rating, rating_scale!.max])).toEqual([
    [4, 5],
    [8, 10],
    [70, 100],
  ])
})

test('an empty file has no columns, and a broken beginning is no JSON', async () => {
  expect(await surveyFile(await fileOf(''))).toBeNull()
  expect(await surveyFile(await fileOf('[]'))).toBeNull()
  expect((await openTable(await fileOf('{text},rating\nx,1\n'))).format).toBe('CSV')
})

test('a large file is read in little memory', { timeout: 60_000 }, async () => {
  const path = join(folder, 'large.jsonl')
  const file = await open(path, 'w')
  for (let part = 0; part < 60; part++) {
    const rows = Array.from({ length: 1000 }, (_, index) =>
      JSON.stringify({ id: part * 1000 + index, text: `Review ${index} of ${part}. `.repeat(20), rating: 3 }),
    )
    await file.write(`${rows.join('\n')}\n`)
  }
  await file.close()
  const program = `
    const { surveyFile, readReviews } = await import(process.argv[1])
    let count = 0
    for await (const row of readReviews(await surveyFile(process.argv[2]))) if (!row.repeated) count++
    console.log(count)`
  const module = join(import.meta.dirname, '../../../service/reviews/review-file.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=20', // the file has 25 MB
    '--input-type=module',
    '-e',
    program,
    module,
    path,
  ])
  expect(stdout.trim()).toBe('60000')
})
