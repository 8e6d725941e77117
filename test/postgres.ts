import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../service/db/database.ts'
import { startEmbeddedPostgres } from '../service/db/embedded-postgres.ts'
import { migrate } from '../service/db/migrate.ts'
import { createLogger } from '../service/log.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

const template = 'migrated'

/** Runs once per test run: one server, and in it a migrated database that tests copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tracechat-test-'))
  await chmod(dataDir, 0o711) // run by root, the server is another user that has to pass
  const server = await startEmbeddedPostgres({ dataDir, log: createLogger('warn') })
  const admin = openDatabase(server.url)
  await admin.raw('CREATE DATABASE ??', [template])
  const db = openDatabase(inDatabase(server.url, template))
  await migrate(db)
  await db.destroy() // a template must have no connections
  await admin.destroy()
  project.provide('postgresUrl', server.url)
  return async () => {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

export interface TestDatabase {
  db: Knex
  /** For child processes and for connections of one's own. */
  url: string
  /** Ends all connections to it, ours included. */
  drop(): Promise<void>
}

/** A migrated database of its own for a test file; `empty` is one without any table. */
export async function testDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(serverUrl, (admin) =>
    admin.raw('CREATE DATABASE ?? TEMPLATE ??', [name, options.empty ? 'template1' : template]),
  )
  const url = inDatabase(serverUrl, name)
  const db = openDatabase(url)
  return {
    db,
    url,
    async drop() {
      await db.destroy()
      await asAdmin(serverUrl, (admin) => admin.raw('DROP DATABASE ?? WITH (FORCE)', [name]))
    },
  }
}

async function asAdmin(url: string, work: (admin: Knex) => PromiseLike<unknown>): Promise<void> {
  const admin = openDatabase(url, { poolMax: 1 })
  try {
    await work(admin)
  } finally {
    await admin.destroy()
  }
}

function inDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}
