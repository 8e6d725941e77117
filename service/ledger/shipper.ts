import type { LedgerBatch, LedgerRecord } from './record.ts'
import { foldRecords } from './record.ts'
import type { Spool, SpoolPosition } from './spool.ts'

/** Where the records end up. */
export interface LedgerStore {
  /** All of the batch or nothing; the same batch again changes nothing. */
  write(batch: LedgerBatch): Promise<void>
  /** Whether an error of `write` means that the database is away, rather than that it refuses the data. */
  isUnavailable(error: unknown): boolean
}

export interface ShipperLog {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Records gather this long, unless somebody waits for them. */
const GATHER_MS = 100
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5_000

/** Carries the spool into the database, in order and in batches, and removes what has arrived. */
export class Shipper {
  readonly #spool: Spool<LedgerRecord>
  readonly #store: LedgerStore
  readonly #log: ShipperLog
  #position: SpoolPosition
  #waiters: PromiseWithResolvers<void>[] = []
  #running: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #retryMs = FIRST_RETRY_MS
  #closed = false

  constructor(spool: Spool<LedgerRecord>, from: SpoolPosition, store: LedgerStore, log: ShipperLog) {
    this.#spool = spool
    this.#position = from
    this.#store = store
    this.#log = log
  }

  /** Says that there is something new. */
  wake(): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.#ship(), GATHER_MS)
  }

  /** Resolves once everything that was on disk at the call is in the database. */
  shipped(): Promise<void> {
    const waiter = Promise.withResolvers<void>()
    this.#waiters.push(waiter)
    void this.#ship()
    return waiter.promise
  }

  /** Ships no more; what is left stays in the spool. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.#running
  }

  #ship(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#running ??= this.#drain().finally(() => {
      this.#running = null
      if (this.#closed) return
      if (this.#waiters.length > 0) this.#timer ??= setTimeout(() => void this.#ship(), this.#retryMs)
    })
    return this.#running
  }

  /** Ships until the end of the spool or the first failure, which is tried again later; never rejects. */
  async #drain(): Promise<void> {
    try {
      for (;;) {
        const waiters = this.#waiters.splice(0)
        try {
          while (await this.#shipBatch()) if (this.#closed) return
        } catch (error) {
          this.#waiters.unshift(...waiters)
          throw error
        }
        this.#retryMs = FIRST_RETRY_MS
        for (const waiter of waiters) waiter.resolve()
        if (this.#waiters.length === 0) return
      }
    } catch (error) {
      this.#log.warn(
        { err: error, retry_ms: this.#retryMs },
        'rows of the bill wait in the spool: the database does not take them',
      )
      this.#timer ??= setTimeout(() => void this.#ship(), this.#retryMs)
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
    }
  }

  async #shipBatch(): Promise<boolean> {
    const { records, next, corrupt } = await this.#spool.read(this.#position)
    if (corrupt > 0) {
      this.#log.error(
        { corrupt, spool: this.#spool.directory, at: this.#position },
        'damaged records were cut off the spool',
      )
    }
    if (next.segment === this.#position.segment && next.offset === this.#position.offset) return false
    if (records.length > 0) await this.#write(records)
    const finished = next.segment > this.#position.segment
    this.#position = next
    if (finished) await this.#spool.forget(next)
    return true
  }

  /** A batch that the database refuses is halved until the record at fault is alone; that one is logged whole, not lost. */
  async #write(records: LedgerRecord[]): Promise<void> {
    try {
      await this.#store.write(foldRecords(records))
    } catch (error) {
      if (this.#store.isUnavailable(error)) throw error
      if (records.length === 1) {
        this.#log.error(
          { err: error, record: records[0] },
          'a record of the bill was refused by the database',
        )
        return
      }
      const middle = records.length >> 1
      await this.#write(records.slice(0, middle))
      await this.#write(records.slice(middle))
    }
  }
}
