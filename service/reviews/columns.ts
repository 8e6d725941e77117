import { orderShownBy, readDate, type DayOrder } from './review-date.ts'
import { guessScale, readRating, type RatingScale } from './rating.ts'
import { roleNames, type Role } from './role-names.ts'

export type { Role }

/** Which column is what, by index; columns without a role become attributes. */
export type Roles = Partial<Record<Role, number>>

/** A column of this share of unreadable values is not what its name says. */
const mostlyReadable = 0.8

/** What the values of one column look like, gathered value by value in constant space. */
export class Column {
  readonly header: string
  private filled = 0
  private letters = 0
  private ratings = 0
  private dates = 0
  private lowest = Infinity
  private highest = -Infinity
  private of: number | undefined
  private readonly shown = { 'day-first': 0, 'month-first': 0 }
  /** All values read as numbers without losing a character that matters, so that they may be kept as numbers. */
  numeric = true

  constructor(header: string) {
    this.header = header
  }

  take(value: string): void {
    const text = value.trim()
    if (text === '') return
    this.filled++
    this.letters += text.length
    if (!/^-?(?:0|[1-9]\d{0,14})(?:\.0|\.\d{0,9}[1-9])?$/.test(text)) this.numeric = false
    if (text.length > 40) return
    const rating = readRating(text)
    if (rating) {
      this.ratings++
      this.lowest = Math.min(this.lowest, rating.rating)
      this.highest = Math.max(this.highest, rating.rating)
      if (rating.of !== undefined) this.of = Math.max(this.of ?? 0, rating.of)
    }
    const order = orderShownBy(text)
    if (order) this.shown[order]++
    if (order || readDate(text) !== undefined) this.dates++
  }

  get isEmpty(): boolean {
    return this.filled === 0
  }
  get averageLength(): number {
    return this.filled === 0 ? 0 : this.letters / this.filled
  }
  get holdsRatings(): boolean {
    return this.filled > 0 && this.ratings >= mostlyReadable * this.filled
  }
  get holdsDates(): boolean {
    return this.filled > 0 && this.dates >= mostlyReadable * this.filled
  }
  /** Smallest and largest rating found. */
  get range(): RatingScale {
    return { min: this.lowest, max: this.highest }
  }
  get scale(): RatingScale {
    return guessScale(this.lowest, this.highest, this.of)
  }
  /** undefined: no value shows it. */
  get dayOrder(): DayOrder | undefined {
    const { 'day-first': day, 'month-first': month } = this.shown
    if (day === month) return undefined
    return day > month ? 'day-first' : 'month-first'
  }
}

/** What a vendor wrote back is no review, and its date is not the review's. */
const replies = /repl(?:y|ies)|replied|response|respon[ds]|answer|owner|vendor|seller|developer|antwort/i

const plain = (header: string) => header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** Guesses the role of columns from their headers, as far as their values bear it out. */
export function guessRoles(columns: Column[]): Roles {
  const roles: Roles = {}
  const taken = new Set<number>()
  /** `like`: headers that are taken for the role where none is named so. */
  const give = (role: Role, fits: (column: Column) => boolean, like?: RegExp) => {
    const ranked = columns
      .map((column, index) => ({ column, index, rank: roleNames[role].indexOf(plain(column.header)) }))
      .filter(({ column, index }) => !taken.has(index) && !column.isEmpty && fits(column))
    const named = ranked.filter(({ rank }) => rank >= 0).sort((a, b) => a.rank - b.rank)[0]
    const best =
      named ?? ranked.find(({ column }) => like?.test(column.header) && !replies.test(column.header))
    if (best === undefined) return
    roles[role] = best.index
    taken.add(best.index)
  }
  give('rating', (column) => column.holdsRatings, /rating|stars|score/i)
  give('date', (column) => column.holdsDates, /date|created|posted/i)
  give('text', (column) => !column.holdsRatings && !column.holdsDates)
  if (roles.text === undefined) takeLongest()
  give('title', (column) => !column.holdsRatings)
  give('id', () => true)
  give('company', () => true)
  give('product', () => true)
  give('author', () => true)
  return roles

  /** Where no header says which is the text, the column with the longest values is, if they are sentences. */
  function takeLongest() {
    const free = columns
      .map((column, index) => ({ column, index }))
      .filter(({ column, index }) => !taken.has(index) && !replies.test(column.header))
    const longest = free.sort((a, b) => b.column.averageLength - a.column.averageLength)[0]
    if (longest === undefined || longest.column.averageLength < 20) return
    roles.text = longest.index
    taken.add(longest.index)
  }
}
