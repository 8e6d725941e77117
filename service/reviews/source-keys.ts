import { createHash } from 'node:crypto'
import { fingerprint, Fingerprints } from './fingerprints.ts'

/**
 * What makes the rows of one file the same review at a second import: the id, and without one the whole row. An id that
 * comes again with different contents is another review, whose key holds its contents too.
 */
export class SourceKeys {
  private readonly contents = new Fingerprints()

  /** `repeated`: the file has had this row before, the same in every column. */
  of(company: string, id: string, row: [string, string][]): { key: string; repeated: boolean } {
    const filled = row.filter(([, value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1))
    const content = createHash('sha256').update(JSON.stringify(filled)).digest('base64url').slice(0, 22)
    if (id === '') return { key: `row:${content}`, repeated: this.seen(`${company}\0\0${content}`, content) }
    const mark = fingerprint(`${company}\0${id}`)
    const known = this.contents.get(mark)
    if (known === undefined) this.contents.set(mark, fingerprint(content))
    if (known === undefined || known === fingerprint(content))
      return { key: `id:${id}`, repeated: known !== undefined }
    return { key: `id:${id}:${content}`, repeated: this.seen(`${company}\0${id}\0${content}`, content) }
  }

  private seen(key: string, content: string): boolean {
    const mark = fingerprint(key)
    const known = this.contents.get(mark) !== undefined
    this.contents.set(mark, fingerprint(content))
    return known
  }
}
