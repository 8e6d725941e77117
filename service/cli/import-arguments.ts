import { parseArgs } from 'node:util'
import type { Roles } from '../reviews/columns.ts'
import { roleNames, type Role } from '../reviews/role-names.ts'
import type { ReviewFile } from '../reviews/review-file.ts'

const usage =
  'Usage: npm run reviews:import -- FILE --company ID | --company-column COLUMN [--map text=COLUMN,rating=COLUMN]'

/** Ends the command with exit code 2: it was called wrongly. */
export class UsageError extends Error {}

/** Which column is what, by the user's word; null: none is. */
export type Mapping = Partial<Record<Role, string | null>>

export interface Arguments {
  path: string
  company: string | undefined
  mapping: Mapping
}

const roles = Object.keys(roleNames) as Role[]

export function readArguments(args: string[]): Arguments {
  let parsed
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        company: { type: 'string' },
        'company-column': { type: 'string' },
        map: { type: 'string', multiple: true },
      },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]!}. ${usage}`)
  }
  const { positionals, values } = parsed
  if (positionals.length !== 1) throw new UsageError(`Name one file. ${usage}`)
  const { company, 'company-column': companyColumn } = values
  const mapping = (values.map ?? []).reduce<Mapping>((all, each) => ({ ...all, ...readMapping(each) }), {})
  if (companyColumn !== undefined) mapping.company = companyColumn
  if (company !== undefined && mapping.company)
    throw new UsageError('Give --company or --company-column, not both.')
  if (company !== undefined && !/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u.test(company))
    throw new UsageError(
      `--company "${company}" is no id: letters, digits, ".", "_" and "-", at most 100, such as comp-123.`,
    )
  return { path: positionals[0]!, company, mapping }
}

/** "text=Review,rating=Stars"; a comma parts two only where another name and "=" follow, so that headers may hold one. */
function readMapping(value: string): Mapping {
  const mapping: Mapping = {}
  for (const part of value.split(/,(?=\s*[a-z]+\s*=)/i)) {
    const [, name, column] = /^\s*([^=]*?)\s*=(.*)$/s.exec(part) ?? []
    const role = roles.find((each) => each === name?.toLowerCase())
    if (role === undefined || column === undefined)
      throw new UsageError(
        `--map "${part}" is not to be read: write it as text=COLUMN, with one of ${roles.join(', ')} before the "=".`,
      )
    mapping[role] = column.trim() === '' ? null : column.trim()
  }
  return mapping
}

/** Gives the columns the roles that the user named; what was guessed for them is forgotten. */
export function applyMapping(file: ReviewFile, mapping: Mapping): void {
  const headers = file.columns.map((column) => column.header)
  for (const [role, name] of Object.entries(mapping) as [Role, string | null][]) {
    const without = (index: number) =>
      Object.fromEntries(
        Object.entries(file.roles).filter(([other, at]) => other !== role && at !== index),
      ) as Roles
    if (name === null) {
      file.roles = without(-1)
      continue
    }
    const index = headers.findIndex((header) => header.toLowerCase() === name.toLowerCase())
    if (index < 0) throw new UsageError(`There is no column "${name}". Columns: ${headers.join(', ')}.`)
    file.roles = { ...without(index), [role]: index }
  }
  const { rating } = file.roles
  if (rating !== undefined && !file.columns[rating]!.holdsRatings)
    throw new UsageError(`The column "${headers[rating]!}" holds no ratings: its values are no numbers.`)
}
