import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table companies (
      company_id text primary key,
      name text not null,
      synthetic boolean not null default false,
      created_at timestamptz not null default now()
    );
    comment on column companies.synthetic is 'Reviews written for the project, not by customers.';

    create table company_members (
      company_id text not null references companies on delete cascade,
      user_id text not null,
      primary key (company_id, user_id)
    );
    comment on table company_members is
      'A company without members is open to every signed-in user, one with members to them alone.';
    create index idx_company_members_user on company_members (user_id);

    create sequence review_number;
    create table reviews (
      -- Short, because models repeat it and people read it; it grants nothing: access is by company.
      review_id text primary key default 'r' || nextval('review_number'),
      company_id text not null references companies on delete cascade,
      source_key text not null,
      product text,
      title text,
      text text not null,
      rating numeric,
      rating_min numeric,
      rating_max numeric,
      sentiment text generated always as (
        case
          when rating <= rating_min + 0.4 * (rating_max - rating_min) then 'negative'
          when rating >= rating_max - 0.4 * (rating_max - rating_min) then 'positive'
          when rating is not null and rating_min is not null and rating_max is not null then 'neutral'
        end
      ) stored,
      reviewed_at date,
      author text,
      attributes jsonb not null default '{}',
      -- The length limit keeps one enormous review from exceeding what a tsvector can hold.
      search tsvector not null generated always as (
        setweight(to_tsvector('english', left(coalesce(title, ''), 1000)), 'A') ||
        setweight(to_tsvector('english', left(coalesce(product, ''), 1000)), 'B') ||
        setweight(to_tsvector('english', left(text, 100000)), 'C')
      ) stored,
      created_at timestamptz not null default now(),
      check ((rating_min is null) = (rating_max is null)),
      check (rating_min < rating_max)
    );
    comment on column reviews.source_key is
      'What makes a review the same review at a second import: the id of its source, else a hash of its row.';
    comment on column reviews.sentiment is
      'By the scale of the source: the lowest 40 % of it are negative, the highest 40 % positive.';

    alter sequence review_number owned by reviews.review_id;
    create unique index idx_reviews_source on reviews (company_id, source_key);
    create index idx_reviews_newest on reviews (company_id, reviewed_at desc nulls last, review_id);
    create index idx_reviews_sentiment on reviews (company_id, sentiment);
    create index idx_reviews_product on reviews (company_id, lower(product));
    create index idx_reviews_search on reviews using gin (search);
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table reviews; drop table company_members; drop table companies;')
}
