import { execFile, type ExecFileException } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../../postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await database.db.raw('CREATE TABLE guests (name text, age int)')
  await database.db('guests').insert([
    { name: 'Åsa', age: 7 },
    { name: 'O?e', age: null },
  ])
})
afterAll(() => database.drop())

interface Outcome {
  code: number
  out: string
  err: string
}

/** Runs the command as a process, as a person would, with its output in pipes. */
function sql(args: string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(import.meta.dirname, '../../../service/cli/sql.ts'), ...args],
      { env: { ...process.env, DATABASE_URL: database.url } },
      (error: ExecFileException | null, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    )
    child.stdin!.end(input)
  })
}

test('a statement is printed as a table with its number of rows and its time', async () => {
  const { out, code } = await sql(['SELECT name, age FROM guests ORDER BY age'])
  expect(code).toBe(0)
  expect(out).toMatch(/^ name │ age\n──────┼─────\n Åsa {2}│ {3}7\n O\?e {2}│ {3}∅\n\(2 rows, \d+ ms\)\n$/)
})

test('a question mark is text, not a parameter', async () => {
  const { out } = await sql([`SELECT '{"a":1}'::jsonb ? 'a' AS has, count(*) FROM guests WHERE name = 'O?e'`])
  expect(out).toContain(' t   │     1')
})

test('a statement may come from standard input', async () => {
  expect((await sql([], 'SELECT 42 AS answer;\n')).out).toContain('42')
})

test.each([
  "UPDATE guests SET name = 'x'",
  'DROP TABLE guests',
  'DO $$ BEGIN SET LOCAL transaction_read_only = off; DELETE FROM guests; END $$',
])('nothing is written: %s', async (statement) => {
  const { code, err } = await sql([statement])
  expect(code).toBe(1)
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(await database.db('guests').whereIn('name', ['Åsa', 'O?e']).pluck('name')).toHaveLength(2)
})

test('a write is refused in words', async () => {
  expect((await sql(['DELETE FROM guests'])).err).toContain('npm run sql only reads')
})

test('a second statement is not run behind a COMMIT', async () => {
  const { code, err } = await sql(['COMMIT; DELETE FROM guests'])
  expect(code).toBe(1)
  expect(err).toContain('one statement at a time')
  expect(await database.db('guests').pluck('name')).toHaveLength(2)
})

test('an error is one line that tells where it is', async () => {
  const { code, err } = await sql(['SELECT name,\n  agee FROM guests'])
  expect(code).toBe(1)
  expect(err).toBe(
    'SQL error 42703 at line 2, column 3: column "agee" does not exist. ' +
      'Perhaps you meant to reference the column "guests.age".\n',
  )
})

test('without a statement the usage is told', async () => {
  expect(await sql([])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('npm run sql -- "SELECT'),
  })
})
