import type { ModelUse, QueryCost, SessionCost, UserCost } from '../wire.ts'

/** Whose bill, and how much of it. */
export interface BillQuery {
  userId: string
  /** Counts the calls of the demo model, too. */
  demo: boolean
  /** Rows at most. */
  limit: number
}

/** Averages over the queries of a user; costs over those that have a price. null = there is none to average. */
export interface QueryAverages {
  queries: number
  avg_calls: number | null
  avg_total_tokens: number | null
  /** Decimal string, USD. */
  avg_cost_usd: string | null
  avg_duration_ms: number | null
}

/** The everyday questions about one user's bill, the largest rows first. */
export interface Analytics {
  models(query: BillQuery): Promise<ModelUse[]>
  sessions(query: BillQuery): Promise<SessionCost[]>
  users(query: BillQuery): Promise<UserCost[]>
  /** A question asked of a company that the user may no longer see stays on the bill without its text. */
  queries(query: BillQuery): Promise<QueryCost[]>
  averages(query: Omit<BillQuery, 'limit'>): Promise<QueryAverages>
}
