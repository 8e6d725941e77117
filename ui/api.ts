import type {
  Company,
  ErrorBody,
  LlmCallDetail,
  Me,
  Message,
  ModelUse,
  QueryCost,
  Receipt,
  Review,
  Session,
  SessionCost,
  UserCost,
} from '../service/wire.ts'

/** An answer that is not the data asked for; `message` says what happened and what to do. `status` 0 = no answer. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = status
  }
}

/** What a person reads about anything that was thrown. */
export function inWords(error: unknown): string {
  return error instanceof ApiError
    ? error.message
    : `Something unexpected happened (${String(error)}). Reload the page.`
}

async function request(path: string, method = 'GET'): Promise<Response> {
  const response = await fetch(`/api/v1${path}`, { method }).catch(() => {
    throw new ApiError(
      'unreachable',
      0,
      'The service could not be reached. Check that it runs, then try again.',
    )
  })
  if (response.ok) return response
  const body = (await response.json().catch(() => null)) as ErrorBody | null
  if (body?.error) throw new ApiError(body.error.code, response.status, body.error.message)
  throw new ApiError(
    'unexpected_answer',
    response.status,
    `The service answered with status ${response.status} and no reason. Try again, or look at its log.`,
  )
}

async function get<T>(path: string): Promise<T> {
  return (await (await request(path)).json()) as T
}

export interface AnalyticsRows {
  models: ModelUse
  sessions: SessionCost
  users: UserCost
  queries: QueryCost
}

const id = encodeURIComponent

/** The service's HTTP interface, apart from chat runs (see ChatRun). Every call throws ApiError. */
export const api = {
  me: () => get<Me>('/me'),
  companies: async () => (await get<{ companies: Company[] }>('/companies')).companies,
  sessions: async () => (await get<{ sessions: Session[] }>('/sessions')).sessions,
  messages: (sessionId: string) =>
    get<{ session: Session; messages: Message[] }>(`/sessions/${id(sessionId)}/messages`),
  deleteSession: async (sessionId: string) => void (await request(`/sessions/${id(sessionId)}`, 'DELETE')),
  review: (reviewId: string) => get<Review>(`/reviews/${id(reviewId)}`),
  receipt: (runId: string) => get<Receipt>(`/chat/runs/${id(runId)}/receipt`),
  llmCall: (traceId: string, spanId: string) => get<LlmCallDetail>(`/llm-calls/${id(traceId)}/${id(spanId)}`),
  analytics: async <Name extends keyof AnalyticsRows>(name: Name, demo: boolean) =>
    (await get<{ rows: AnalyticsRows[Name][] }>(`/analytics/${name}${demo ? '?demo=true' : ''}`)).rows,
  traceDownload: (runId: string) => `/api/v1/chat/runs/${id(runId)}/trace`,
}
