import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { ensureCompany } from '../../db/companies.ts'
import { insertReviews } from '../../db/reviews.ts'
import type { NewReview } from '../../reviews/new-review.ts'

const companies = [
  { company_id: 'comp-123', name: 'Northwind Audio' },
  { company_id: 'comp-456', name: 'Alpenglow Outdoor' },
]

/** A line of COMPANY.jsonl. */
interface DemoReview {
  review_id: string
  product: string
  title: string | null
  text: string
  /** 1–5 */
  rating: number
  reviewed_at: string
  author: string
  channel: string
  country: string
}

/** Adds the companies and reviews that were written for this project, flagged as synthetic; what is there already stays. */
export async function loadDemoReviews(db: Knex): Promise<void> {
  for (const company of companies) {
    await ensureCompany(db, { ...company, synthetic: true })
    await insertReviews(db, company.company_id, await demoReviews(company.company_id))
  }
}

async function demoReviews(companyId: string): Promise<NewReview[]> {
  const lines = await readFile(join(import.meta.dirname, `${companyId}.jsonl`), 'utf8')
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { channel, country, ...review } = JSON.parse(line) as DemoReview
      return {
        ...review,
        source_key: `demo:${review.review_id}`,
        rating_scale: { min: 1, max: 5 },
        attributes: { channel, country },
      }
    })
}
