import type { Knex } from 'knex'

/** The vocabulary is taken from this many reviews, the newest, so that it costs the same at any size. */
const sampled = 5_000
const shortest = 5
/** From this length on two letters may be wrong. */
const long = 7

/**
 * The word of a company's reviews that a word which none of them uses was probably meant to be: "baterry" → "batteri"
 * (as the index keeps it, by its stem). null: nothing is near. It begins with the same letter, as most misspellings do.
 */
export async function nearestWord(db: Knex, companyId: string, word: string): Promise<string | null> {
  if (word.length < shortest || !/^\p{Script=Latin}+$/u.test(word)) return null
  const { rows } = await db.raw<{ rows: { word: string }[] }>(
    `select word from ts_stat(format(
       'select search from reviews where company_id = %L order by reviewed_at desc nulls last, review_id limit ${sampled}',
       ?::text))
      where left(word, 1) = left(?, 1) and abs(length(word) - length(?)) <= 3
      order by ndoc desc, word`,
    [companyId, word, word],
  )
  const most = word.length < long ? 1 : 2
  let best: { word: string; distance: number } | undefined
  for (const row of rows) {
    // The index may have cut an ending off.
    const distance = Math.min(
      ...['', 's', 'e', 'ed', 'ing', 'y', 'er'].map((ending) =>
        edits(word, row.word.replace(/i$/, 'y') + ending),
      ),
    )
    if (distance <= most && distance < (best?.distance ?? Infinity)) best = { word: row.word, distance }
  }
  return best?.word ?? null
}

/** Letters to add, leave out, change or swap with a neighbour (optimal string alignment distance). */
function edits(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity
      row.push(Math.min(changed, swapped, rows[i - 1]![j]! + 1, row[j - 1]! + 1))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
