/** A stretch of days, inclusive, as ISO dates. */
export interface Period {
  from?: string
  to?: string
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const WHEN = `(\\d{4}-\\d{2}(?:-\\d{2})?|${MONTH} (?:19|20)\\d{2}|q[1-4] (?:19|20)\\d{2}|(?:19|20)\\d{2})`
const NAMED = new RegExp(
  `\\b(?:(since|from|after|before|until|till|up to|in|during|of|for) )?${WHEN}\\b`,
  'g',
)
const RELATIVE =
  /\b(?:in |over |during |of |from )?(?:the )?(last|past|previous|this) (?:(\d{1,3}) )?(day|week|month|quarter|year)s?\b/

/**
 * The period that a text speaks of, and the text without it.
 * "Last month" is counted back from the newest review, since that is where the data ends; null = no dated review.
 */
export function periodIn(text: string, newest: string | null): { period: Period; rest: string } {
  const lower = text.toLowerCase()
  const period: Period = {}
  const relative = RELATIVE.exec(lower)
  if (relative && newest !== null) {
    Object.assign(period, back(relative[1]!, Number(relative[2] ?? 1), relative[3]!, newest))
    return { period, rest: lower.replace(relative[0], ' ') }
  }
  const rest = lower.replace(NAMED, (_, word: string | undefined, when: string) => {
    const { from, to } = daysOf(when)
    if (word === 'before') period.to = shifted(from, -1)
    else if (word === 'until' || word === 'till' || word === 'up to') period.to = to
    else if (word === 'after') period.from = shifted(to, 1)
    else if (word === 'since' || (word === 'from' && period.from === undefined)) period.from = from
    else {
      period.from ??= from
      period.to = to
    }
    return ' '
  })
  return { period, rest }
}

/** The days of a year, quarter, month or day, as people or a group's label write it: "may 2014", "2014-Q3". */
export function daysOf(text: string): { from: string; to: string } {
  const when = text.toLowerCase()
  const year = /(?:19|20)\d{2}/.exec(when)![0]
  if (/^\d{4}-\d{2}-\d{2}$/.test(when)) return { from: when, to: when }
  const quarter = /q([1-4])/.exec(when)?.[1]
  const named = MONTHS.indexOf(when.slice(0, 3))
  if (quarter !== undefined) return months(year, Number(quarter) * 3 - 2, 3)
  if (/^\d{4}-\d{2}$/.test(when)) return months(year, Number(when.slice(5)), 1)
  return named >= 0 ? months(year, named + 1, 1) : months(year, 1, 12)
}

function months(year: string, first: number, count: number): { from: string; to: string } {
  const start = Date.UTC(Number(year), first - 1, 1)
  const end = Date.UTC(Number(year), first - 1 + count, 0)
  return { from: isoDay(start), to: isoDay(end) }
}

function back(word: string, count: number, unit: string, newest: string): Period {
  if (word === 'this' && unit === 'year') return { from: `${newest.slice(0, 4)}-01-01`, to: newest }
  const end = new Date(`${newest.slice(0, 10)}T00:00:00Z`)
  const steps = { day: 0, week: 0, month: 1, quarter: 3, year: 12 }[unit]!
  if (steps === 0) end.setUTCDate(end.getUTCDate() - count * (unit === 'week' ? 7 : 1))
  else end.setUTCMonth(end.getUTCMonth() - count * steps)
  return { from: shifted(isoDay(end.getTime()), 1), to: newest.slice(0, 10) }
}

function shifted(day: string, days: number): string {
  return isoDay(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000)
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
