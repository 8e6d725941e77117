import type { Knex } from 'knex'
import type { Analytics, QueryAverages } from '../bill/analytics.ts'
import type { ModelUse, QueryCost, SessionCost, UserCost } from '../wire.ts'
import { companyVisibleTo } from './call-store.ts'

// What the demo model did and what was paid for are rows of their own in the views; sums put them together again.
const MINE = 'where user_id = :userId and (:demo::boolean or not simulated)'
const DEAREST_FIRST = 'cost_usd desc nulls last, total_tokens desc'

/** Answers from the views that `npm run sql` shows (see the migration of analytics). */
export function createAnalytics(db: Knex): Analytics {
  return {
    async models(query) {
      const { rows } = await db.raw(
        `select model, provider, calls, failed_calls, prompt_tokens, completion_tokens, total_tokens,
           round(total_tokens / nullif(calls_with_tokens, 0)::numeric, 1)::float8 as avg_total_tokens,
           cost_usd, unpriced_calls
         from user_model_usage ${MINE}
         order by calls desc, model, provider limit :limit`,
        { ...query },
      )
      return rows as ModelUse[]
    },

    async sessions(query) {
      const { rows } = await db.raw(
        `select session_id, user_id,
           sum(queries)::bigint as queries, sum(calls)::bigint as calls, sum(total_tokens)::bigint as total_tokens,
           sum(cost_usd) as cost_usd, sum(unpriced_calls)::bigint as unpriced_calls, max(last_call_at) as last_call_at
         from session_costs ${MINE}
         group by session_id, user_id
         order by ${DEAREST_FIRST}, session_id limit :limit`,
        { ...query },
      )
      return (rows as (SessionCost & { last_call_at: Date })[]).map((row) => ({
        ...row,
        last_call_at: row.last_call_at.toISOString(),
      }))
    },

    async users(query) {
      const { rows } = await db.raw(
        `select user_id, count(distinct session_id) as sessions,
           sum(queries)::bigint as queries, sum(calls)::bigint as calls, sum(total_tokens)::bigint as total_tokens,
           sum(cost_usd) as cost_usd, sum(unpriced_calls)::bigint as unpriced_calls
         from session_costs ${MINE}
         group by user_id
         order by ${DEAREST_FIRST} limit :limit`,
        { ...query },
      )
      return rows as UserCost[]
    },

    async queries(query) {
      // Not query_costs: that would join the texts of all runs before it keeps the dearest.
      const { rows } = await db.raw(
        `select r.run_id, r.session_id, r.user_id,
           case when ${companyVisibleTo('r.company_id', ':userId')} then q.content end as question,
           a.status, r.calls, r.total_tokens, r.cost_usd, r.unpriced_calls, r.duration_ms, r.created_at
         from (select * from run_costs ${MINE} order by ${DEAREST_FIRST}, run_id limit :limit) r
           left join chat_messages q on q.run_id = r.run_id and q.role = 'user'
           left join chat_messages a on a.run_id = r.run_id and a.role = 'assistant'
         order by r.cost_usd desc nulls last, r.total_tokens desc, r.run_id`,
        { ...query },
      )
      return (rows as (QueryCost & { created_at: Date })[]).map((row) => ({
        ...row,
        created_at: row.created_at.toISOString(),
      }))
    },

    async averages(query) {
      const { rows } = await db.raw(
        `select count(*) as queries, round(avg(calls), 2)::float8 as avg_calls,
           round(avg(total_tokens), 1)::float8 as avg_total_tokens, round(avg(cost_usd), 12) as avg_cost_usd,
           round(avg(duration_ms))::float8 as avg_duration_ms
         from run_costs ${MINE}`,
        { ...query },
      )
      return rows[0] as QueryAverages
    },
  }
}
