import type { Role } from '../reviews/role-names.ts'
import type { ReviewFile } from '../reviews/review-file.ts'

/** How an import went. */
export interface Outcome {
  rows: number
  added: number
  /** Reviews that were there by their id, with something else in them. */
  updated: number
  /** Rows that an earlier row of the file repeats in every column. */
  repeated: number
  /** Rows that have the text of an earlier row and differ elsewhere. */
  sameText: number
  bad: number
  /** The first bad rows. */
  problems: string[]
  companies: Set<string>
}

/** What the file is, and what each column was taken for. */
export function describeFile(name: string, { columns, roles, rows, format, encoding }: ReviewFile): string {
  const lines = columns.map(({ header }, index) => {
    const role = (Object.keys(roles) as Role[]).find((each) => roles[each] === index)
    return [header, role === undefined ? 'attribute' : `${role}${detail(role, index)}`]
  })
  const width = Math.max(6, ...lines.map(([header]) => header!.length))
  return [
    `${name}: ${count(rows, 'row')} of ${format}${encoding === 'utf-8' ? '' : ` in ${encoding.toUpperCase()}`}`,
    ...[['COLUMN', 'BECOMES'], ...lines].map(([header, role]) => `  ${header!.padEnd(width)}  ${role!}`),
  ].join('\n')

  function detail(role: Role, index: number): string {
    const column = columns[index]!
    if (role === 'rating') {
      const { scale, range } = column
      return `, on a scale of ${scale.min}–${scale.max} (values ${range.min}–${range.max})`
    }
    if (role === 'date' && column.dayOrder)
      return column.dayOrder === 'day-first' ? ', day before month' : ', month before day'
    return role === 'id' ? ', and attribute' : ''
  }
}

export function describeOutcome(outcome: Outcome): string {
  const { rows, added, updated, repeated, sameText, bad, problems, companies } = outcome
  const there = rows - bad - added - updated - repeated
  const lines = [
    `${count(rows, 'row')} read: ${count(added)} added, ` +
      `${updated > 0 ? `${count(updated)} updated, ` : ''}${count(there)} already there` +
      `${repeated > 0 ? `, ${count(repeated)} the same as another row` : ''}, ${count(bad)} bad` +
      ` (company ${[...companies].slice(0, 3).join(', ')}${companies.size > 3 ? ` and ${count(companies.size - 3)} more` : ''}).`,
  ]
  if (sameText > 0)
    lines.push(
      `${count(sameText, 'row')} with the text of another row but a difference elsewhere: kept as reviews of their own.`,
    )
  if (bad > 0) {
    lines.push(`${count(bad, 'bad row')} left out:`, ...problems.map((problem) => `  ${problem}`))
    if (bad > problems.length) lines.push(`  and ${count(bad - problems.length)} more`)
  }
  return lines.join('\n')
}

function count(value: number, noun = ''): string {
  return `${value.toLocaleString('en-US')}${noun && ` ${noun}${value === 1 ? '' : 's'}`}`
}
