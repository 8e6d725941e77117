import type { Knex } from 'knex'

/** The everyday questions about the bill. Each view keeps the demo model's calls apart, in rows where simulated is true. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create view model_usage as
      select model, provider, provider = 'demo' as simulated,
        count(*) as calls,
        count(*) filter (where status in ('error', 'interrupted')) as failed_calls,
        coalesce(sum(prompt_tokens), 0) as prompt_tokens,
        coalesce(sum(completion_tokens), 0) as completion_tokens,
        coalesce(sum(total_tokens), 0) as total_tokens,
        round(avg(total_tokens), 1) as avg_total_tokens,
        sum(cost_usd) as cost_usd,
        count(*) filter (where total_tokens is not null and cost_usd is null) as unpriced_calls
      from llm_calls
      group by model, provider
      order by calls desc, model;
    comment on view model_usage is 'Most used models: calls, tokens and cost of each, the most used first.';

    create view query_costs as
      select c.trace_id as run_id, c.session_id, c.user_id, c.provider = 'demo' as simulated,
        min(q.content) as question,
        min(a.status) as status,
        count(*) as calls,
        coalesce(sum(c.total_tokens), 0) as total_tokens,
        sum(c.cost_usd) as cost_usd,
        count(*) filter (where c.total_tokens is not null and c.cost_usd is null) as unpriced_calls,
        -- From the first call's start to the last call's end.
        round(extract(epoch from max(c.created_at + c.duration_ms * interval '1 ms') - min(c.created_at)) * 1000)
          as duration_ms,
        min(c.created_at) as created_at
      from llm_calls c
        left join chat_messages q on q.run_id = c.trace_id and q.role = 'user'
        left join chat_messages a on a.run_id = c.trace_id and a.role = 'assistant'
      group by c.trace_id, c.session_id, c.user_id, c.provider = 'demo'
      order by cost_usd desc nulls last, total_tokens desc;
    comment on view query_costs is 'Most expensive queries: what each question cost, the dearest first.';

    create view query_averages as
      select simulated, count(*) as queries,
        round(avg(calls), 2) as avg_calls,
        round(avg(total_tokens), 1) as avg_total_tokens,
        avg(cost_usd) as avg_cost_usd,
        round(avg(duration_ms)) as avg_duration_ms
      from query_costs
      group by simulated;
    comment on view query_averages is 'Average tokens, calls, cost and time per query.';

    create view session_costs as
      select session_id, user_id, provider = 'demo' as simulated,
        count(distinct trace_id) as queries,
        count(*) as calls,
        coalesce(sum(total_tokens), 0) as total_tokens,
        sum(cost_usd) as cost_usd,
        count(*) filter (where total_tokens is not null and cost_usd is null) as unpriced_calls,
        max(created_at) as last_call_at
      from llm_calls
      group by session_id, user_id, provider = 'demo'
      order by cost_usd desc nulls last, total_tokens desc;
    comment on view session_costs is 'Cost by session, the dearest first.';

    create view user_costs as
      select user_id, provider = 'demo' as simulated,
        count(distinct session_id) as sessions,
        count(distinct trace_id) as queries,
        count(*) as calls,
        coalesce(sum(total_tokens), 0) as total_tokens,
        sum(cost_usd) as cost_usd,
        count(*) filter (where total_tokens is not null and cost_usd is null) as unpriced_calls
      from llm_calls
      group by user_id, provider = 'demo'
      order by cost_usd desc nulls last, total_tokens desc;
    comment on view user_costs is 'Cost by user, the dearest first.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop view user_costs; drop view session_costs; drop view query_averages; drop view query_costs; drop view model_usage;',
  )
}
