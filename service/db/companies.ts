import type { Knex } from 'knex'
import type { Company } from '../wire.ts'

/** A company without members is open to everyone who is signed in; one with members to them alone. */
function openTo(db: Knex, userId: string): Knex.QueryBuilder {
  const members = db('company_members as m').whereRaw('m.company_id = c.company_id')
  return db('companies as c').where((either) => {
    void either.whereNotExists(members.clone()).orWhereExists(members.clone().where('m.user_id', userId))
  })
}

/** The companies that a user may ask about, by name, with the number of their reviews. */
export async function listCompanies(db: Knex, userId: string): Promise<Company[]> {
  const rows = await openTo(db, userId)
    .select('c.company_id', 'c.name', 'c.synthetic')
    .select(db.raw('(select count(*)::int from reviews r where r.company_id = c.company_id) as review_count'))
    .orderByRaw('lower(c.name), c.company_id')
  return rows as Company[]
}

/** The company of a session that names none: the oldest that the user may ask about; null where there is none. */
export async function defaultCompany(db: Knex, userId: string): Promise<string | null> {
  const row: unknown = await openTo(db, userId)
    .orderBy(['c.created_at', 'c.company_id'])
    .first('c.company_id')
  return (row as { company_id: string } | undefined)?.company_id ?? null
}

/** Whether the company exists and the user may see it. The two are one answer, so that ids cannot be probed. */
export async function mayUseCompany(db: Knex, companyId: string, userId: string): Promise<boolean> {
  const row: unknown = await openTo(db, userId).where('c.company_id', companyId).first('c.company_id')
  return row !== undefined
}

/** Creates the company; one that is there keeps its name. */
export async function ensureCompany(
  db: Knex,
  company: { company_id: string; name: string; synthetic?: boolean },
): Promise<void> {
  await db('companies')
    .insert({ company_id: company.company_id, name: company.name, synthetic: company.synthetic ?? false })
    .onConflict('company_id')
    .ignore()
}

/** The company a review belongs to; null for an unknown id. */
export async function companyOfReview(db: Knex, reviewId: string): Promise<string | null> {
  const row = await db('reviews').where({ review_id: reviewId }).first('company_id')
  return row?.company_id ?? null
}
