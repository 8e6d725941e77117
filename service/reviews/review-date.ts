/** Which number comes first in dates like 03/04/2018. */
export type DayOrder = 'day-first' | 'month-first'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const numeric = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[ T,].*)?$/

/** What one value tells about the order of its column; undefined where it tells nothing. */
export function orderShownBy(value: string): DayOrder | undefined {
  const found = numeric.exec(value.trim())
  if (!found) return undefined
  if (Number(found[1]) > 12) return 'day-first'
  return Number(found[3]) > 12 ? 'month-first' : undefined
}

/**
 * An ISO date of a date as people and programs write it; null for blank and for the dates that programs write for
 * "unknown" (1970-01-01, 0000-00-00); undefined where it cannot be read.
 * `order` decides where day and month could be either; without it dashes and dots are day first, slashes month first.
 */
export function readDate(value: string, order?: DayOrder): string | null | undefined {
  const text = value.trim()
  if (/^(?:|-|null|none|nan|n\/?a|unknown|0{4}-0{2}-0{2}.*)$/i.test(text)) return null
  const date = isoLike(text) ?? numbers(text, order) ?? words(text) ?? unixTime(text)
  return date === '1970-01-01' ? null : date
}

function isoLike(text: string): string | undefined {
  const found =
    /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$/.exec(text) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(text)
  return found ? day(found[1]!, Number(found[2]), Number(found[3])) : undefined
}

function numbers(text: string, order: DayOrder | undefined): string | undefined {
  const found = numeric.exec(text)
  if (!found) return undefined
  const [first, second] = [Number(found[1]), Number(found[3])]
  const assumed = order ?? (found[2] === '/' ? 'month-first' : 'day-first')
  const shown = orderShownBy(text) ?? assumed
  return shown === 'day-first' ? day(found[4]!, second, first) : day(found[4]!, first, second)
}

/** "31-Jul-18", "31 July 2018", "July 31st, 2018", "Tue Jul 31 2018". */
function words(text: string): string | undefined {
  const plain = text.replace(/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+/i, '')
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th)?[-\s/.]+([a-z]{3,9})\.?[-\s/.,]+(\d{4}|\d{2})(?:\D.*)?$/i.exec(
    plain,
  )
  if (dayFirst) return day(dayFirst[3]!, monthOf(dayFirst[2]!), Number(dayFirst[1]))
  const monthFirst = /^([a-z]{3,9})\.?[-\s]+(\d{1,2})(?:st|nd|rd|th)?,?[-\s]+(\d{4})(?:\D.*)?$/i.exec(plain)
  return monthFirst ? day(monthFirst[3]!, monthOf(monthFirst[1]!), Number(monthFirst[2])) : undefined
}

function monthOf(name: string): number {
  return months.indexOf(name.slice(0, 3).toLowerCase()) + 1
}

/** Seconds or milliseconds since 1970. */
function unixTime(text: string): string | undefined {
  if (!/^(?:\d{9,10}|\d{12,13})(?:\.0+)?$/.test(text)) return undefined
  const value = Number(text)
  return new Date(value < 1e11 ? value * 1000 : value).toISOString().slice(0, 10)
}

function day(year: string, month: number, date: number): string | undefined {
  const full = year.length === 2 ? (Number(year) < 70 ? 2000 : 1900) + Number(year) : Number(year)
  const time = new Date(Date.UTC(full, month - 1, date))
  // A day that does not exist rolls over into another.
  if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== date) return undefined
  return time.toISOString().slice(0, 10)
}
