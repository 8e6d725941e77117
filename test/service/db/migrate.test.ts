import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../../service/db/migrate.ts'
import { testDatabase, type TestDatabase } from '../../postgres.ts'

const root = join(import.meta.dirname, '../../..')
const files = readdirSync(join(root, 'migrations'))
  .filter((file) => file.endsWith('.ts'))
  .sort()

let fresh: TestDatabase
beforeAll(async () => {
  fresh = await testDatabase({ empty: true })
})
afterAll(() => fresh.drop())

test('three processes that start at once on a fresh database all succeed, and each migration runs once', async () => {
  const script = `
    import { openDatabase } from './service/db/database.ts'
    import { migrate } from './service/db/migrate.ts'
    const db = openDatabase(process.argv[1])
    console.log(JSON.stringify(await migrate(db)))
    await db.destroy()`
  const runs = await Promise.all(
    [1, 2, 3].map(() =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, fresh.url], { cwd: root }),
    ),
  )

  const ran = runs.map(({ stdout }) => JSON.parse(stdout) as string[])
  expect(ran.flat().sort()).toEqual(files)
  const recorded = await fresh.db('knex_migrations').orderBy('name').pluck('name')
  expect(recorded).toEqual(files)
})

test('a lock that a crashed process left behind does not stop the next start', async () => {
  await migrate(fresh.db)
  await fresh.db('knex_migrations_lock').update({ is_locked: 1 })

  await expect(migrate(fresh.db)).resolves.toEqual([])
  expect(await fresh.db('knex_migrations_lock').pluck('is_locked')).toEqual([0])
})
