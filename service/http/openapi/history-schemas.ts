import { z } from 'zod'
import type { Company, Me, Message, Review, Session } from '../../wire.ts'
import { instant, runMetadata, runStatus } from './run-schemas.ts'

export const session = z
  .object({
    session_id: z.string(),
    title: z.string(),
    company_id: z.string().nullable(),
    created_at: instant,
    updated_at: instant,
    message_count: z.int(),
    running_run_id: z.string().nullable().meta({ description: 'A run that is still going, if any.' }),
  })
  .meta({ id: 'Session' }) satisfies z.ZodType<Session>

export const message = z
  .object({
    id: z.string(),
    role: z.enum(['user', 'assistant']),
    content: z.string(),
    run_id: z.string().nullable(),
    status: runStatus,
    created_at: instant,
    metadata: runMetadata.nullable(),
  })
  .meta({ id: 'Message' }) satisfies z.ZodType<Message>

export const company = z
  .object({
    company_id: z.string(),
    name: z.string(),
    synthetic: z.boolean().meta({ description: 'Reviews written for the project, not by customers.' }),
    review_count: z.int(),
  })
  .meta({ id: 'Company' }) satisfies z.ZodType<Company>

export const review = z
  .object({
    review_id: z.string(),
    company_id: z.string(),
    product: z.string().nullable(),
    title: z.string().nullable(),
    text: z.string(),
    rating: z.number().nullable(),
    rating_scale: z.object({ min: z.number(), max: z.number() }).nullable(),
    reviewed_at: z.iso.date().nullable(),
    author: z.string().nullable(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable()),
  })
  .meta({ id: 'Review' }) satisfies z.ZodType<Review>

export const me = z
  .object({
    user_id: z.string(),
    auth_mode: z.enum(['none', 'proxy', 'jwt']),
    default_company_id: z.string().nullable(),
    provider: z.object({
      name: z.string(),
      demo: z.boolean(),
      base_url: z.string(),
      models: z.record(z.string(), z.string()),
    }),
    jaeger_ui_url: z.string().nullable(),
  })
  .meta({ id: 'Me' }) satisfies z.ZodType<Me>
