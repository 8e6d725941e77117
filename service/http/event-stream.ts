import { Readable } from 'node:stream'
import type { EventLog, EventReader } from '../run/event-log.ts'
import type { TreeMode } from '../wire.ts'

/** Proxies close connections that are silent for a minute or so. */
const HEARTBEAT_MS = 15_000
const CHUNK_CHARS = 16_384

/**
 * The events of a run as a body of Server-Sent Events, from a position on to the terminal event.
 * It reads the log only as fast as the connection takes it, so a reader that stalls holds a chunk and no more.
 */
export class EventStream extends Readable {
  readonly #log: EventLog
  readonly #reader: EventReader
  readonly #heartbeat: NodeJS.Timeout
  #waiting = false

  constructor(log: EventLog, after: number, mode: TreeMode) {
    super({ highWaterMark: CHUNK_CHARS })
    this.#log = log
    this.#reader = log.reader(after, mode)
    this.#heartbeat = setInterval(() => {
      if (this.#waiting) this.push(': still here\n\n')
    }, HEARTBEAT_MS).unref()
  }

  override _read(): void {
    if (this.#waiting || this.destroyed) return
    let chunk = ''
    for (let event = this.#reader.next(); event; event = this.#reader.next()) {
      chunk += frame(event.seq, event.json)
      if (chunk.length >= CHUNK_CHARS) break
    }
    if (chunk !== '') this.push(chunk)
    else if (this.#log.ended) this.push(null)
    else this.#wait()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearInterval(this.#heartbeat)
    callback(error)
  }

  #wait(): void {
    this.#waiting = true
    void this.#log.appended.then(() => {
      this.#waiting = false
      this._read()
    })
  }
}

/** One frame; JSON holds no line break, so nothing in it can end the frame early. */
export function frame(seq: number, json: string): string {
  return `id: ${seq}\ndata: ${json}\n\n`
}
