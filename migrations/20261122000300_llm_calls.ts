import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table llm_calls (
      trace_id text not null,
      span_id text not null,
      created_at timestamptz not null,
      parent_span_id text,
      step_path text not null,
      duration_ms integer,
      time_to_first_token_ms integer,
      provider text not null,
      model text not null,
      response_model text,
      call_type text not null check (call_type in ('CHAT', 'TOOL_USE', 'EMBEDDING')),
      agent text,
      prompt text,
      response text,
      prompt_tokens integer,
      completion_tokens integer,
      total_tokens integer,
      cached_tokens integer,
      reasoning_tokens integer,
      usage_source text check (usage_source in ('provider', 'estimated')),
      cost_usd numeric(20, 12),
      price_source text,
      status text not null check (status in ('started', 'ok', 'error', 'cancelled', 'interrupted')),
      error_type text,
      finish_reason text,
      operation_id text not null,
      attempt integer not null,
      user_id text not null,
      session_id text not null,
      company_id text,
      metadata jsonb not null default '{}',
      primary key (trace_id, span_id, created_at)
    );
    comment on table llm_calls is 'One row for every call to a model that was started, however it ended.';
    comment on column llm_calls.trace_id is 'Also the run id.';
    comment on column llm_calls.created_at is 'Start of the span; in the key so that the table can be partitioned by time.';
    comment on column llm_calls.model is 'As sent; response_model is what the provider says answered.';
    comment on column llm_calls.prompt is 'First 1000 characters of what is new since the last assistant turn; all of it is in llm_call_messages.';
    comment on column llm_calls.prompt_tokens is 'NULL where nobody knows, never 0. cached_tokens are among them.';
    comment on column llm_calls.completion_tokens is 'NULL where nobody knows. reasoning_tokens are among them.';
    comment on column llm_calls.cost_usd is 'Frozen at the time of the call; NULL where no price is known.';
    comment on column llm_calls.price_source is 'provider, the price list and its date, or simulated (the demo model).';
    comment on column llm_calls.operation_id is 'span_id of the first attempt; retries are rows of their own.';
    create index idx_llm_calls_session on llm_calls (session_id, created_at);
    create index idx_llm_calls_user on llm_calls (user_id, created_at);
    create index idx_llm_calls_created_at on llm_calls (created_at);

    create table llm_call_messages (
      trace_id text not null,
      span_id text not null,
      created_at timestamptz not null,
      request jsonb,
      response_message jsonb,
      primary key (trace_id, span_id, created_at)
    );
    comment on table llm_call_messages is 'The full texts of the calls, apart from the numbers so that they can go earlier.';
    create index idx_llm_call_messages_created_at on llm_call_messages (created_at);
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table llm_call_messages; drop table llm_calls;')
}
