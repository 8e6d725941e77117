import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Spool } from '../../../service/ledger/spool.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tracechat-spool-'))
})
const opened: Spool<unknown>[] = []
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close()
  await rm(directory, { recursive: true })
})

async function open<T>(): Promise<Spool<T>> {
  const spool = await Spool.open<T>(directory)
  opened.push(spool as Spool<unknown>)
  return spool
}

async function readAll(spool: Spool<unknown>): Promise<{ records: unknown[]; corrupt: number }> {
  const records: unknown[] = []
  let corrupt = 0
  for (let at = await spool.start(); ;) {
    const batch = await spool.read(at)
    records.push(...batch.records)
    corrupt += batch.corrupt
    if (batch.next.segment === at.segment && batch.next.offset === at.offset) return { records, corrupt }
    at = batch.next
  }
}

test('what was durable is there after the process is gone, in order', async () => {
  const spool = await open<number>()
  for (let i = 0; i < 1000; i++) spool.append(i)
  await spool.durable()
  // Not closed: a second opening is what a start after kill -9 sees.
  const after = await open<number>()
  expect((await readAll(after)).records).toEqual(Array.from({ length: 1000 }, (_, i) => i))
})

test('a record is on disk when durable resolves, not later', async () => {
  const spool = await open<string>()
  spool.append('the intent')
  await spool.durable()
  const [segment] = await readdir(directory)
  expect(await readFile(join(directory, segment!), 'utf8')).toContain('the intent')
})

test('a torn tail is cut off and counted, and what came before is kept', async () => {
  const spool = await open<string>()
  spool.append('whole')
  spool.append('torn')
  await spool.durable()
  const path = join(directory, (await readdir(directory))[0]!)
  await truncate(path, (await readFile(path)).length - 3)
  const after = await open<string>()
  expect(await readAll(after)).toEqual({ records: ['whole'], corrupt: 1 })
})

test('a damaged record in the middle is passed over and counted', async () => {
  const spool = await open<string>()
  for (const text of ['one', 'two', 'three']) spool.append(text)
  await spool.durable()
  const path = join(directory, (await readdir(directory))[0]!)
  await writeFile(path, (await readFile(path, 'utf8')).replace('two', 'twx'))
  const after = await open<string>()
  expect(await readAll(after)).toEqual({ records: ['one', 'three'], corrupt: 1 })
})

test('records beyond the read size and text of any kind survive', async () => {
  const records = ['a'.repeat(3_000_000), 'ünïcödé 🎈', 'line\nbreak\u0000"quote"', { nested: [1, null] }]
  const spool = await open<unknown>()
  for (const record of records) spool.append(record)
  await spool.durable()
  expect((await readAll(spool)).records).toEqual(records)
})

test('segments before a position are removed, and none after it', async () => {
  const spool = await open<string>()
  for (let i = 0; i < 4; i++) {
    spool.append(String(i).repeat(2_500_000))
    await spool.durable()
  }
  const segments = (await readdir(directory)).sort()
  expect(segments.length).toBeGreaterThan(1)
  await spool.forget({ segment: Number.parseInt(segments[1]!, 10), offset: 0 })
  expect((await readdir(directory)).sort()).toEqual(segments.slice(1))
})

test('a file that is no segment is left alone', async () => {
  await appendFile(join(directory, 'note.txt'), 'mine')
  const spool = await open<string>()
  spool.append('record')
  await spool.durable()
  await spool.forget({ segment: 99, offset: 0 })
  expect(await readdir(directory)).toContain('note.txt')
})
