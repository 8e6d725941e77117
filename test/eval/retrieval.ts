/**
 * npm run eval: how well search and themes do over the demo reviews, on searches and themes that were judged by reading
 * the reviews. Needs no model and no network: a database of its own is started and removed.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatTable } from '../../service/cli/table.ts'
import { openDatabase } from '../../service/db/database.ts'
import { startEmbeddedPostgres } from '../../service/db/embedded-postgres.ts'
import { migrate } from '../../service/db/migrate.ts'
import { createReviewSource } from '../../service/db/reviews.ts'
import { loadDemoReviews } from '../../service/demo/reviews/load.ts'
import { createLogger } from '../../service/log.ts'
import { judgedSearches, measureSearches, type SearchFigures } from './judged-searches.ts'
import { knownThemes, measureThemes, type ThemesFigures } from './known-themes.ts'
import { mean } from './measures.ts'

const folder = await mkdtemp(join(tmpdir(), 'tracechat-eval-'))
await chmod(folder, 0o711) // run by root, the database is another user that has to pass
try {
  const server = await startEmbeddedPostgres({ dataDir: folder, log: createLogger('warn') })
  const db = openDatabase(server.url)
  try {
    await migrate(db)
    await loadDemoReviews(db)
    const source = createReviewSource(db)
    console.log(searchTable(await measureSearches(source, await judgedSearches())))
    for (const figures of await measureThemes(source, await knownThemes()))
      console.log(`\n${themeTable(figures)}`)
  } finally {
    await db.destroy()
    await server.stop()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

function searchTable(figures: SearchFigures[]): string {
  const columns = [
    { name: 'search', numeric: false },
    { name: 'kind', numeric: false },
    { name: 'relevant', numeric: true },
    { name: 'P@10', numeric: true },
    { name: 'best P@10', numeric: true },
    { name: 'nDCG@10', numeric: true },
  ]
  const row = (name: string, kind: string, of: SearchFigures[]) => [
    name,
    kind,
    mean(of.map(({ relevant }) => relevant)).toFixed(0),
    mean(of.map(({ precision }) => precision)).toFixed(2),
    mean(of.map(({ bestPrecision }) => bestPrecision)).toFixed(2),
    mean(of.map(({ ndcg }) => ndcg)).toFixed(3),
  ]
  const kinds = [...new Set(figures.map(({ search }) => search.kind))]
  return formatTable(columns, [
    ...figures.map((each) => row(each.search.query, each.search.kind, [each])),
    ...kinds.map((kind) =>
      row(
        'mean',
        kind,
        figures.filter(({ search }) => search.kind === kind),
      ),
    ),
    row(`mean of ${figures.length} searches`, 'all', figures),
  ])
}

function themeTable({ selection, found, recall }: ThemesFigures): string {
  const columns = [
    { name: `${selection.company}, ${selection.sentiment}`, numeric: false },
    { name: 'found as', numeric: false },
    { name: 'reviews', numeric: true },
  ]
  return formatTable(columns, [
    ...selection.known.map(({ problem }, index) => [
      problem,
      found[index]?.name ?? null,
      found[index]?.count.toString() ?? null,
    ]),
    ['recall', `${Math.round(recall * 100)} %`, ''],
  ])
}
