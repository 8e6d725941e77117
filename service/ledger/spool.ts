import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

/** Where a reader stands. */
export interface SpoolPosition {
  segment: number
  offset: number
}

export interface SpoolBatch<T> {
  records: T[]
  next: SpoolPosition
  /** Lines that were torn or did not match their checksum, and were passed over. */
  corrupt: number
}

const SEGMENT_BYTES = 4 * 1024 * 1024
const READ_BYTES = 1024 * 1024
/** A record nobody waits for is on disk this soon. */
const SYNC_DELAY_MS = 15
/** After a failed write. */
const RETRY_DELAY_MS = 500

/**
 * An append-only log of JSON records on local disk, in segments: a line each, its CRC-32 in front.
 * Appending never waits; `durable()` waits for one fdatasync that covers everything appended before it.
 */
export class Spool<T> {
  readonly directory: string
  #segment = 0
  #file: FileHandle | null = null
  /** Bytes of the current segment that are on disk. */
  #synced = 0
  #pending: string[] = []
  #waiters: PromiseWithResolvers<void>[] = []
  #flushing: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #retryDelay = SYNC_DELAY_MS
  #onSynced: () => void = () => {}
  #onFailure: (error: unknown) => void = () => {}

  private constructor(directory: string) {
    this.directory = directory
  }

  /** Opens the directory, made where it is missing; new records go to a new segment, so a torn tail stays at an end. */
  static async open<T>(directory: string): Promise<Spool<T>> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const spool = new Spool<T>(directory)
    spool.#segment = (await spool.#segments()).at(-1) ?? 0
    await spool.#nextSegment()
    return spool
  }

  /** Called after each sync, when there is something new to read; and when a write failed. */
  observe(onSynced: () => void, onFailure: (error: unknown) => void): void {
    this.#onSynced = onSynced
    this.#onFailure = onFailure
  }

  append(record: T): void {
    const json = JSON.stringify(record)
    this.#pending.push(`${crc32(json).toString(16).padStart(8, '0')} ${json}\n`)
    this.#timer ??= setTimeout(() => void this.#flush(), SYNC_DELAY_MS)
  }

  /**
   * Resolves once everything appended so far is on disk.
   * @throws the file system's error, ENOSPC for one; what was appended stays pending and is tried again
   */
  durable(): Promise<void> {
    if (this.#pending.length === 0 && this.#flushing === null) return Promise.resolve()
    const waiter = Promise.withResolvers<void>()
    this.#waiters.push(waiter)
    void this.#flush()
    return waiter.promise
  }

  /** First position of what is kept. */
  async start(): Promise<SpoolPosition> {
    return { segment: (await this.#segments())[0] ?? this.#segment, offset: 0 }
  }

  /** Reads on from a position, about 1 MiB at a time; an empty batch with an unmoved position is the end. */
  async read(from: SpoolPosition): Promise<SpoolBatch<T>> {
    const current = from.segment === this.#segment
    const path = this.#path(from.segment)
    const end = current ? this.#synced : await sizeOf(path)
    if (from.offset >= end) {
      if (current) return { records: [], next: from, corrupt: 0 }
      const following = (await this.#segments()).find((segment) => segment > from.segment) ?? this.#segment
      return this.read({ segment: following, offset: 0 })
    }
    const { lines, bytes } = await readLines(path, from.offset, end)
    const records: T[] = []
    let corrupt = 0
    for (const line of lines) {
      const json = line.slice(9)
      if (line[8] === ' ' && parseInt(line.slice(0, 8), 16) === crc32(json))
        records.push(JSON.parse(json) as T)
      else corrupt++
    }
    return { records, next: { segment: from.segment, offset: from.offset + bytes }, corrupt }
  }

  /** Removes whole segments before the position: call it only once what they held is committed elsewhere. */
  async forget(before: SpoolPosition): Promise<void> {
    for (const segment of await this.#segments()) {
      if (segment < before.segment) await rm(this.#path(segment))
    }
  }

  async close(): Promise<void> {
    await this.durable()
    await this.#file?.close()
    this.#file = null
  }

  #flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    // One flush at a time; what arrives meanwhile is the next group.
    this.#flushing ??= this.#write().finally(() => {
      this.#flushing = null
      if (this.#waiters.length > 0) void this.#flush()
      else if (this.#pending.length > 0)
        this.#timer ??= setTimeout(() => void this.#flush(), this.#retryDelay)
    })
    return this.#flushing
  }

  /** Writes everything pending and settles its waiters; never rejects. */
  async #write(): Promise<void> {
    const waiters = this.#waiters.splice(0)
    const group = this.#pending.splice(0)
    try {
      if (this.#synced >= SEGMENT_BYTES) await this.#nextSegment()
      const file = this.#file
      if (!file) throw new Error('the spool is closed')
      const bytes = Buffer.from(group.join(''))
      // At an explicit offset, so that a retry after a short write overwrites it.
      let written = 0
      while (written < bytes.length) {
        written += (await file.write(bytes, written, bytes.length - written, this.#synced + written))
          .bytesWritten
      }
      await file.datasync()
      this.#synced += bytes.length
      this.#retryDelay = SYNC_DELAY_MS
    } catch (error) {
      this.#pending.unshift(...group)
      this.#retryDelay = RETRY_DELAY_MS
      for (const waiter of waiters) waiter.reject(error)
      this.#onFailure(error)
      return
    }
    for (const waiter of waiters) waiter.resolve()
    this.#onSynced()
  }

  async #nextSegment(): Promise<void> {
    const next = this.#segment + 1
    const file = await open(
      this.#path(next),
      constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY,
      0o600,
    )
    await syncDirectory(this.directory)
    await this.#file?.close()
    this.#file = file
    this.#segment = next
    this.#synced = 0
  }

  async #segments(): Promise<number[]> {
    const names = await readdir(this.directory)
    return names
      .filter((name) => /^\d{8}\.log$/.test(name))
      .map((name) => parseInt(name, 10))
      .sort((a, b) => a - b)
  }

  #path(segment: number): string {
    return join(this.directory, `${String(segment).padStart(8, '0')}.log`)
  }
}

/** Whole lines from an offset, at least one; a tail without a line end counts as a line, so that it is reported. */
async function readLines(
  path: string,
  offset: number,
  end: number,
): Promise<{ lines: string[]; bytes: number }> {
  const file = await open(path, 'r')
  try {
    for (let size = READ_BYTES; ; size *= 2) {
      const length = Math.min(size, end - offset)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
      const last = buffer.lastIndexOf(0x0a, bytesRead - 1)
      if (last >= 0) return { lines: buffer.toString('utf8', 0, last).split('\n'), bytes: last + 1 }
      if (offset + bytesRead >= end || bytesRead === 0)
        return { lines: [buffer.toString('utf8', 0, bytesRead)], bytes: end - offset }
    }
  } finally {
    await file.close()
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

/** A file's name is durable only once its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
