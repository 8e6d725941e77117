import { AppError } from '../errors.ts'

/** 409: a session keeps the company it began with. */
export function companyConflict(sessionId: string, companyId: string | null): AppError {
  return new AppError(
    'company_conflict',
    409,
    `The session ${JSON.stringify(sessionId)} belongs to ${companyId ? `company ${companyId}` : 'no company'}. ` +
      'Start a new session to ask about another one.',
    { details: { field: 'company_id' } },
  )
}
