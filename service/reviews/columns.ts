import { orderShownBy, readDate, type DayOrder } from './review-date.ts'
import { guessScale, readRating, type RatingScale } from './rating.ts'

export type Role = 'text' | 'rating' | 'date' | 'title' | 'product' | 'author' | 'company' | 'id'

/** Which column is what, by index; columns without a role become attributes. */
export type Roles = Partial<Record<Role, number>>

/** Names in order of preference, without case and punctuation: "Review Text" is "reviewtext". */
const names: Record<Role, readonly string[]> = {
  text: [
    'reviewtext',
    'text',
    'reviewbody',
    'content',
    'reviewcontent',
    'review',
    'body',
    'comment',
    'comments',
    'feedback',
    'verbatim',
    'reviews',
    'message',
    'description',
  ],
  rating: [
    'overallrating',
    'rating',
    'reviewrating',
    'starrating',
    'stars',
    'ratings',
    'score',
    'reviewscore',
    'overall',
    'overallscore',
    'reviewsrating',
    'grade',
    'nps',
  ],
  date: [
    'date',
    'reviewdate',
    'reviewedat',
    'datereviewed',
    'createdat',
    'created',
    'datecreated',
    'dateposted',
    'postedat',
    'publishedat',
    'publishdate',
    'submittedat',
    'submissiondate',
    'reviewsdate',
    'time',
    'timestamp',
    'at',
    'reviewtime',
    'unixreviewtime',
    'unixtime',
    'dateadded',
    'reviewcreationdate',
  ],
  title: [
    'title',
    'reviewtitle',
    'summary',
    'headline',
    'subject',
    'reviewstitle',
    'reviewheadline',
    'reviewsummary',
    'heading',
  ],
  product: [
    'product',
    'productname',
    'producttitle',
    'item',
    'itemname',
    'aircraft',
    'model',
    'variant',
    'sku',
    'asin',
    'productid',
    'itemid',
    'device',
    'service',
    'plan',
    'roomtype',
    'cabin',
    'cabinflown',
    'category',
    'productcategory',
    'classname',
    'appname',
    'app',
  ],
  author: [
    'author',
    'authorname',
    'reviewer',
    'reviewername',
    'username',
    'user',
    'customer',
    'customername',
    'nickname',
    'profilename',
    'reviewsusername',
    'name',
    'reviewedby',
    'userid',
    'reviewerid',
    'customerid',
  ],
  company: [
    'company',
    'companyname',
    'companyid',
    'airlinename',
    'airline',
    'brand',
    'brandname',
    'business',
    'businessname',
    'businessid',
    'hotel',
    'hotelname',
    'vendor',
    'manufacturer',
    'merchant',
    'organisation',
    'organization',
    'store',
    'shop',
    'seller',
    'restaurant',
    'restaurantname',
  ],
  id: ['reviewid', 'id', 'uuid', 'reviewsid', 'reviewuuid', 'guid'],
}

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

const plain = (header: string) => header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** Guesses the role of columns from their headers, as far as their values bear it out. */
export function guessRoles(columns: Column[]): Roles {
  const roles: Roles = {}
  const taken = new Set<number>()
  const give = (role: Role, fits: (column: Column) => boolean) => {
    const ranked = columns
      .map((column, index) => ({ column, index, rank: names[role].indexOf(plain(column.header)) }))
      .filter(({ column, index, rank }) => rank >= 0 && !taken.has(index) && !column.isEmpty && fits(column))
      .sort((a, b) => a.rank - b.rank)
    const best = ranked[0]
    if (best === undefined) return
    roles[role] = best.index
    taken.add(best.index)
  }
  give('rating', (column) => column.holdsRatings)
  give('date', (column) => column.holdsDates)
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
    const free = columns.map((column, index) => ({ column, index })).filter(({ index }) => !taken.has(index))
    const longest = free.sort((a, b) => b.column.averageLength - a.column.averageLength)[0]
    if (longest === undefined || longest.column.averageLength < 20) return
    roles.text = longest.index
    taken.add(longest.index)
  }
}
