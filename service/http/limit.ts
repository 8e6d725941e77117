import { z } from 'zod'

/** `?limit=`: how many rows at most, 100 unless given. */
export function limitUpTo(max: number) {
  const error = `must be a whole number from 1 to ${max}`
  return z
    .string({ error })
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .pipe(z.number().min(1, { error }).max(max, { error }))
    .prefault('100')
    .meta({ override: { type: 'integer', minimum: 1, maximum: max, default: 100, pattern: undefined } })
}
