/**
 * The one place through which text passes on its way to a row, a log or an exported attribute.
 * Masks what looks like a credential, and replaces what PostgreSQL cannot hold (NUL, lone surrogates).
 */
export function redact(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\u0000', '\uFFFD')
    .replace(/\b(sk|pk|rk|ghp|gho|xox[abp])[-_][A-Za-z0-9_-]{16,}/g, '$1-[redacted]')
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{16,}/gi, '$1 [redacted]')
}

/** The same for every string inside a JSON value. */
export function redactJson(value: unknown): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map(redactJson)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redact(key), redactJson(inner)]))
  }
  return value
}
