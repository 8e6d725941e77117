/** How numbers read. Unknown is a dash, never a zero. */

const unknown = '—'

const whole = new Intl.NumberFormat('en-US')

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? unknown : whole.format(value)
}

/** 842, 1.2k, 14.2k, 3.1M: for columns; `count` has every digit. */
export function tokens(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown
  if (value < 1_000) return String(value)
  if (value < 999_950) return `${(value / 1_000).toFixed(1)}k`
  return `${(value / 1_000_000).toFixed(1)}M`
}

/** US dollars with three figures that count: $0.0213, $0.000036, $12.40. */
export function usd(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return unknown
  const amount = Number(value)
  if (amount === 0) return '$0.00'
  if (Math.abs(amount) >= 1) return `$${amount.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ',')}`
  const decimals = Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(amount)))))
  return `$${amount.toFixed(decimals)}`
}

/** 840 ms, 8.4 s, 2 min 5 s. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return unknown
  if (ms < 995) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  return wholeSeconds(ms)
}

/** For clocks that tick once a second: 3 s, 2 min 5 s. */
export function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** "14 March 2025" of an ISO date. */
export function day(iso: string): string {
  return new Date(iso).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
}

/** "14:05" today, "Mon 14:05" this week, else "14 Mar". */
export function when(iso: string, now = Date.now()): string {
  const at = new Date(iso)
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  if (at.toDateString() === new Date(now).toDateString()) return time
  if (now - at.getTime() < 6 * 86_400_000)
    return `${at.toLocaleDateString('en-GB', { weekday: 'short' })} ${time}`
  return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
}
