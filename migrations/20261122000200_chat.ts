import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table instances (
      instance_id text primary key,
      host text not null,
      pid integer not null,
      started_at timestamptz not null default now(),
      lease_until timestamptz not null
    );
    comment on table instances is
      'Running processes. Once its lease is over, what a process left running counts as interrupted.';

    create table chat_sessions (
      user_id text not null,
      session_id text not null,
      company_id text references companies,
      title text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (user_id, session_id)
    );
    comment on column chat_sessions.session_id is 'The user''s own name for the session.';
    create index idx_chat_sessions_newest on chat_sessions (user_id, updated_at desc);

    create table chat_messages (
      id bigint generated always as identity primary key,
      user_id text not null,
      session_id text not null,
      role text not null check (role in ('user', 'assistant')),
      content text not null,
      run_id text not null,
      status text not null check (status in ('running', 'ok', 'stopped', 'error', 'interrupted')),
      instance_id text,
      last_seq integer not null default 0,
      metadata jsonb,
      trace bytea,
      created_at timestamptz not null default now(),
      unique (run_id, role),
      foreign key (user_id, session_id) references chat_sessions on delete cascade
    );
    comment on column chat_messages.status is 'Of the run, on the assistant''s message; it exists from the start.';
    comment on column chat_messages.instance_id is 'The process that runs it.';
    comment on column chat_messages.last_seq is 'Number of the run''s last event, once it has ended.';
    comment on column chat_messages.trace is 'The run''s own spans: gzipped OTLP JSON.';
    create index idx_chat_messages_session on chat_messages (user_id, session_id, id);
    create index idx_chat_messages_running on chat_messages (instance_id) where status = 'running';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table chat_messages; drop table chat_sessions; drop table instances;')
}
