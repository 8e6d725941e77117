import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createReviewSource } from '../../../service/db/reviews.ts'
import { testDatabase, type TestDatabase } from '../../postgres.ts'

// Each run starts a process of its own.
vi.setConfig({ testTimeout: 60_000 })

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'reviews-import-'))
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Runs the command as a user would, on the test's database. */
function run(...args: string[]): Promise<Ended> {
  const program = join(import.meta.dirname, '../../../service/cli/reviews-import.ts')
  const env = { ...process.env, DATABASE_URL: database.url }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content)
  return name
}

const rowsOf = (company: string) => database.db('reviews').where('company_id', company).orderBy('review_id')

const kettles = [
  'Review ID , Shop,Text,Stars,Date,Colour,Weight',
  '1,Acme & Sons,"Leaks, badly.\nAll over the table.",2/5,31-Jul-18,red,1.0',
  '2,Acme & Sons,Boils quickly. 😀,5/5,01-Aug-18,blue,2.0',
  '3,Beta Ltd,Too loud.,1/5,1970-01-01,,1.5',
  '4,Beta Ltd,,3/5,02-Aug-18,red,1.5',
  '5,Beta Ltd,Fine.,good,02-Aug-18,red,1.5',
  '6,Beta Ltd,Fine.,4/5,someday,red,1.5',
  '7,Beta Ltd,Fine.,4/5',
  '8,,Fine.,4/5,02-Aug-18,red,1.5',
  '',
].join('\r\n')

test('columns are guessed and printed, bad rows named, nothing of a good row lost', async () => {
  const { code, stdout } = await run(
    await file('kettles.csv', `\uFEFF${kettles}`),
    '--company-column',
    'shop',
  )
  expect(code).toBe(0)
  expect(stdout).toMatch(/Text +text/)
  expect(stdout).toMatch(/Stars +rating, on a scale of 1–5/)
  expect(stdout).toMatch(/Colour +attribute/)
  expect(stdout).toContain('8 rows read: 3 added, 0 already there, 5 bad')
  for (const problem of [
    'line 6: its Text is blank',
    'line 7: its Stars "good" is no number',
    'line 8: its Date "someday" is no date',
    'line 9: it has 4 values, the header has 7',
    'line 10: it names no company',
  ])
    expect(stdout).toContain(problem)

  const [leaks, boils] = await rowsOf('acme-sons')
  expect(leaks).toMatchObject({
    text: 'Leaks, badly.\nAll over the table.',
    rating: '2',
    rating_min: '1',
    rating_max: '5',
    sentiment: 'negative',
    reviewed_at: '2018-07-31',
    attributes: { 'Review ID': 1, Colour: 'red', Weight: 1 },
  })
  expect(boils.text).toBe('Boils quickly. 😀')
  const [loud] = await rowsOf('beta-ltd')
  expect(loud).toMatchObject({ reviewed_at: null, attributes: { 'Review ID': 3, Weight: 1.5 } })
  expect(
    await database.db('companies').whereIn('company_id', ['acme-sons', 'beta-ltd']).pluck('name'),
  ).toEqual(expect.arrayContaining(['Acme & Sons', 'Beta Ltd']))
})

test('a second run adds nothing twice', async () => {
  const { stdout } = await run('kettles.csv', '--company-column', 'Shop')
  expect(stdout).toContain('8 rows read: 0 added, 3 already there, 5 bad')
})

test('rows that differ in any column are different reviews, and equal rows are one', async () => {
  const content = 'text,rating,seat\nGood.,4,A\nGood.,4,B\nGood.,4,A\n'
  const { stdout } = await run(await file('same.csv', content), '--company', 'same')
  expect(stdout).toContain('3 rows read: 2 added, 0 already there, 1 the same as another row, 0 bad')
  expect(stdout).toContain('1 row with the text of another row but a difference elsewhere')
  expect((await run('same.csv', '--company', 'same')).stdout).toContain('0 added, 2 already there')
})

test('an id that comes twice with different contents loses neither', async () => {
  const content = 'id,text\n1,First.\n1,Second.\n2,Third.\n'
  const { stdout } = await run(await file('ids.csv', content), '--company', 'ids')
  expect(stdout).toContain('3 added')
  expect((await run('ids.csv', '--company', 'ids')).stdout).toContain('0 added, 3 already there')
})

test('a review that changed is updated and keeps its id, and what is gone from the file stays', async () => {
  await run(
    await file('changes.csv', 'id,text,stars\n1,Good.,4\n2,Fine.,3\n3,Bad.,1\n'),
    '--company',
    'changes',
  )
  const before = await rowsOf('changes')
  const { stdout } = await run(
    await file('changes.csv', 'id,text,stars,colour\n1,Good after all.,5,red\n2,Fine.,3,\n4,New.,2,\n'),
    '--company',
    'changes',
  )
  expect(stdout).toContain('3 rows read: 1 added, 1 updated, 1 already there, 0 bad')
  const after = await rowsOf('changes')
  expect(after.map((row) => row.text)).toEqual(['Good after all.', 'Fine.', 'Bad.', 'New.'])
  expect(after.slice(0, 3).map((row) => row.review_id)).toEqual(before.map((row) => row.review_id))
  expect(after[0]).toMatchObject({ rating: '5', sentiment: 'positive', attributes: { id: 1, colour: 'red' } })
})

test("two spellings of a company are one, and their ids do not get in each other's way", async () => {
  const content = 'id,shop,text\n1,ACME Two,First.\n1,acme two,Second.\n1,ACME Two,First.\n'
  const { stdout } = await run(await file('spellings.csv', content), '--company-column', 'shop')
  expect(stdout).toContain('3 rows read: 2 added, 0 already there, 1 the same as another row')
  expect((await rowsOf('acme-two')).map((row) => row.text)).toEqual(['First.', 'Second.'])
})

test('columns are what --map says, in any spelling, and headers may hold a comma', async () => {
  const content = 'Title,Kopf,"Meinung, kurz",Note\nA,"Ein sehr langer Kopf, aber keine Meinung.",Gut.,2\n'
  const { stdout } = await run(
    await file('mapped.csv', content),
    ...['--company', 'mapped', '--map', 'text=meinung, kurz,rating=NOTE', '--map', 'title='],
  )
  expect(stdout).toMatch(/Meinung, kurz +text/)
  expect(await rowsOf('mapped')).toMatchObject([
    {
      text: 'Gut.',
      rating: '2',
      title: null,
      attributes: { Title: 'A', Kopf: expect.stringContaining('Kopf') },
    },
  ])
})

test.each([
  ['tsv.txt', 'TSV', 'review_id\treview_text\tstars\nk1\tA 10" pan, dented.\t1\nk2\tFine.\t4\n'],
  [
    'list.csv',
    'JSON',
    '{"reviews": [{"id": "k1", "text": "A 10\\" pan, dented.", "stars": 1}, {"id": "k2", "text": "Fine.", "stars": 4}]}',
  ],
  [
    'lines',
    'JSON Lines',
    '{"id": "k1", "text": "A 10\\" pan, dented.", "stars": 1}\n{"id": "k2", "text": "Fine.", "stars": 4}\n',
  ],
])('%s goes in whole as %s', async (name, format, content) => {
  const company = `format-${name.split('.')[0]}`
  const { stdout } = await run(await file(name, content), '--company', company)
  expect(stdout).toContain(`2 rows of ${format}`)
  expect(stdout).toContain('2 added')
  expect(await rowsOf(company)).toMatchObject([
    { text: 'A 10" pan, dented.', rating: '1', source_key: 'id:k1', rating_max: '5' },
    { text: 'Fine.', rating: '4' },
  ])
})

test('reviews of 50 kB with emoji go in whole and are found by their last word', async () => {
  const text = (index: number) => `${'So-so 🙃 kettle, könnte besser sein. '.repeat(1400)} word${index}`
  const lines = Array.from({ length: 60 }, (_, index) => JSON.stringify({ text: text(index), stars: 3 }))
  const { stdout } = await run(await file('long.jsonl', lines.join('\n')), '--company', 'long')
  expect(stdout).toContain('60 added')
  const { hits } = await createReviewSource(database.db).search('long', { query: 'word7' })
  expect(hits).toHaveLength(1)
  expect(hits[0]!.text).toMatch(/word7$/)
})

test('only the first twenty bad rows are named', async () => {
  const content = `text,rating\nGood.,4\n${'x,bad\n'.repeat(25)}${'Good enough.,3\n'.repeat(100)}`
  const { stdout } = await run(await file('bad.csv', content), '--company', 'bad')
  expect(stdout.match(/line \d+:/g)).toHaveLength(20)
  expect(stdout).toContain('and 5 more')
})

test('many rows go in whole', async () => {
  const lines = Array.from(
    { length: 5000 },
    (_, index) => `${index},"Review ${index},\nwith a second line.",${1 + (index % 10)}`,
  )
  const { stdout } = await run(
    await file('many.csv', `id,text,rating\n${lines.join('\n')}`),
    '--company',
    'many',
  )
  expect(stdout).toContain('5,000 rows read: 5,000 added')
  const [sums] = await database
    .db('reviews')
    .where('company_id', 'many')
    .select(database.db.raw('count(*)::int, sum(rating)::int'))
  expect(sums).toEqual({ count: 5000, sum: 27_500 })
})

test('a wrong call ends with one clear line and code 2', async () => {
  const wrong: [string[], string][] = [
    [['nofile.csv', '--company', 'x'], 'no file nofile.csv'],
    [['kettles.csv'], '--company-column Shop looks right'],
    [['kettles.csv', '--company-column', 'Firm'], 'no column "Firm". Columns: Review ID, Shop, Text'],
    [['kettles.csv', '--company', 'x', '--company-column', 'Shop'], 'not both'],
    [['kettles.csv', '--company', '../x'], 'is no id'],
    [['kettles.csv', '--colour', 'red'], "Unknown option '--colour'"],
    [['kettles.csv', '--company', 'x', '--map', 'text=Nothing'], 'no column "Nothing". Columns: Review ID'],
    [['kettles.csv', '--company', 'x', '--map', 'colour=Colour'], 'write it as text=COLUMN'],
    [['kettles.csv', '--company', 'x', '--map', 'rating=Colour'], '"Colour" holds no ratings'],
    [[], 'Name one file'],
  ]
  const ended = await Promise.all(wrong.map(([args]) => run(...args)))
  for (const [index, { code, stderr }] of ended.entries()) {
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(wrong[index]![1])
    expect(code).toBe(2)
  }
})

test('a file without a text column is refused before anything is written', async () => {
  const { code, stderr } = await run(await file('numbers.csv', 'a,b\n1,2\n'), '--company', 'numbers')
  expect([code, stderr]).toEqual([2, expect.stringContaining('looks like the text of a review')])
  expect(await database.db('companies').where('company_id', 'numbers')).toEqual([])
})
