import type { Knex } from 'knex'

/**
 * The everyday questions about the bill. Calls of the demo model are kept apart, in rows where simulated is true.
 * Whatever is asked for one user alone is read from a view with a user_id, so that the index finds that user's rows.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- All that the views read, since the rows themselves are wide with texts; its key is the order of run_costs.
    create index idx_llm_calls_bill on llm_calls (user_id, trace_id, session_id, company_id) include (
      total_tokens, cost_usd, created_at, duration_ms, provider, model, status, prompt_tokens, completion_tokens
    );

    create view user_model_usage as
      select user_id, model, provider, provider = 'demo' as simulated,
        count(*) as calls,
        count(*) filter (where status in ('error', 'interrupted')) as failed_calls,
        coalesce(sum(prompt_tokens), 0) as prompt_tokens,
        coalesce(sum(completion_tokens), 0) as completion_tokens,
        coalesce(sum(total_tokens), 0) as total_tokens,
        count(total_tokens) as calls_with_tokens,
        sum(cost_usd) as cost_usd,
        count(*) filter (where total_tokens is not null and cost_usd is null) as unpriced_calls
      from llm_calls
      group by user_id, model, provider
      order by calls desc, model;
    comment on view user_model_usage is 'Most used models of each user.';

    create view model_usage as
      select model, provider, simulated,
        sum(calls)::bigint as calls,
        sum(failed_calls)::bigint as failed_calls,
        sum(prompt_tokens)::bigint as prompt_tokens,
        sum(completion_tokens)::bigint as completion_tokens,
        sum(total_tokens)::bigint as total_tokens,
        round(sum(total_tokens) / nullif(sum(calls_with_tokens), 0), 1) as avg_total_tokens,
        sum(cost_usd) as cost_usd,
        sum(unpriced_calls)::bigint as unpriced_calls
      from user_model_usage
      group by model, provider, simulated
      order by calls desc, model;
    comment on view model_usage is 'Most used models: calls, tokens and cost of each, the most used first.';

    create view run_costs as
      select trace_id as run_id, session_id, user_id, company_id,
        -- A run is answered by one provider, the demo model or not.
        bool_and(provider = 'demo') as simulated,
        count(*) as calls,
        coalesce(sum(total_tokens), 0) as total_tokens,
        sum(cost_usd) as cost_usd,
        count(*) filter (where total_tokens is not null and cost_usd is null) as unpriced_calls,
        -- From the first call's start to the last call's end.
        (extract(epoch from max(created_at + duration_ms * interval '1 ms') - min(created_at)) * 1000)::bigint
          as duration_ms,
        min(created_at) as created_at,
        max(created_at) as last_call_at
      from llm_calls
      group by user_id, trace_id, session_id, company_id;
    comment on view run_costs is 'What each run cost, in no order; the views below add it up.';

    create view query_costs as
      select r.run_id, r.session_id, r.user_id, r.company_id, r.simulated,
        q.content as question, a.status,
        r.calls, r.total_tokens, r.cost_usd, r.unpriced_calls, r.duration_ms, r.created_at
      from run_costs r
        left join chat_messages q on q.run_id = r.run_id and q.role = 'user'
        left join chat_messages a on a.run_id = r.run_id and a.role = 'assistant'
      order by r.cost_usd desc nulls last, r.total_tokens desc;
    comment on view query_costs is 'Most expensive queries: what each question cost, the dearest first.';

    create view query_averages as
      select simulated, count(*) as queries,
        round(avg(calls), 2) as avg_calls,
        round(avg(total_tokens), 1) as avg_total_tokens,
        round(avg(cost_usd), 12) as avg_cost_usd,
        round(avg(duration_ms)) as avg_duration_ms
      from run_costs
      group by simulated;
    comment on view query_averages is 'Average tokens, calls, cost and time per query.';

    create view session_costs as
      select session_id, user_id, simulated,
        count(*) as queries,
        sum(calls)::bigint as calls,
        sum(total_tokens)::bigint as total_tokens,
        sum(cost_usd) as cost_usd,
        sum(unpriced_calls)::bigint as unpriced_calls,
        max(last_call_at) as last_call_at
      from run_costs
      group by session_id, user_id, simulated
      order by cost_usd desc nulls last, total_tokens desc;
    comment on view session_costs is 'Cost by session, the dearest first.';

    create view user_costs as
      select user_id, simulated,
        count(*) as sessions,
        sum(queries)::bigint as queries,
        sum(calls)::bigint as calls,
        sum(total_tokens)::bigint as total_tokens,
        sum(cost_usd) as cost_usd,
        sum(unpriced_calls)::bigint as unpriced_calls
      from session_costs
      group by user_id, simulated
      order by cost_usd desc nulls last, total_tokens desc;
    comment on view user_costs is 'Cost by user, the dearest first.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop view user_costs; drop view session_costs; drop view query_averages; drop view query_costs;
    drop view run_costs; drop view model_usage; drop view user_model_usage; drop index idx_llm_calls_bill;
  `)
}
