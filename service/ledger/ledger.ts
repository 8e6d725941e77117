import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallObserver } from '../../otel/live-span-processor.ts'
import type { LlmCall } from '../../otel/llm-call.ts'
import type { CallKey, EndedRun, LedgerRecord } from './record.ts'
import { redact, redactJson } from '../redaction.ts'
import type { LedgerStore, ShipperLog } from './shipper.ts'
import { Shipper } from './shipper.ts'
import { Spool } from './spool.ts'

/** Characters of prompt and response that stand in the row itself. */
const PREVIEW_CHARS = 1000

export interface LedgerOptions {
  /** Holds one spool an instance. */
  directory: string
  /** Names this process among those that share the directory or the database. */
  instanceId: string
  store: LedgerStore
  log: ShipperLog
}

/**
 * The bill: every call that a span starts is written to local disk before it is made, and ends up as a row.
 * Fed by spans alone; only texts come beside them, because exported attributes do not carry them.
 */
export class Ledger implements CallObserver {
  readonly #spool: Spool<LedgerRecord>
  readonly #shipper: Shipper
  readonly #log: ShipperLog
  /** Calls whose span is open, so that texts find their key. */
  readonly #open = new Map<string, CallKey>()
  #failing = false

  private constructor(spool: Spool<LedgerRecord>, shipper: Shipper, log: ShipperLog) {
    this.#spool = spool
    this.#shipper = shipper
    this.#log = log
    spool.observe(
      () => {
        this.#failing = false
        shipper.wake()
      },
      (error) => {
        if (!this.#failing)
          log.error({ err: error, spool: spool.directory }, 'the spool of the bill cannot be written')
        this.#failing = true
      },
    )
  }

  static async open({ directory, instanceId, store, log }: LedgerOptions): Promise<Ledger> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const spool = await Spool.open<LedgerRecord>(join(directory, instanceId))
    return new Ledger(spool, new Shipper(spool, await spool.start(), store, log), log)
  }

  /** Whether calls can be put on record at the moment; without that no new run may start. */
  get writable(): boolean {
    return !this.#failing
  }

  callStarted(call: LlmCall): void {
    this.#open.set(idOf(call), {
      trace_id: call.trace_id,
      span_id: call.span_id,
      created_at: call.created_at,
    })
    this.#spool.append({ type: 'call', call })
  }

  callEnded(call: LlmCall): void {
    this.#open.delete(idOf(call))
    this.#spool.append({ type: 'call', call })
  }

  /** The texts of an open call; `preview` is what is new since the last assistant turn. */
  request(span: { traceId: string; spanId: string }, preview: string, request: unknown): void {
    const key = this.#open.get(`${span.traceId}/${span.spanId}`)
    if (key)
      this.#spool.append({ type: 'request', key, preview: previewOf(preview), request: redactJson(request) })
  }

  response(span: { traceId: string; spanId: string }, preview: string, message: unknown): void {
    const key = this.#open.get(`${span.traceId}/${span.spanId}`)
    if (key)
      this.#spool.append({ type: 'response', key, preview: previewOf(preview), message: redactJson(message) })
  }

  /** Resolves once everything said so far is on disk: a group fdatasync, under 5 ms. Rejects where the disk does. */
  durable(): Promise<void> {
    return this.#spool.durable()
  }

  /** Puts the end of a run on record, to be stored with its message. */
  runEnded(run: EndedRun): void {
    this.#spool.append({ type: 'run', run })
  }

  /** Waits until everything said so far is in the database; false once the time is over, when it still is on disk. */
  async shipped(timeoutMs: number): Promise<boolean> {
    const timeout = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => timeout.resolve(false), timeoutMs)
    try {
      const arrived = this.#spool
        .durable()
        .then(() => this.#shipper.shipped())
        .then(() => true)
      // The loser of the race is not lost: a full disk is reported by the spool's observer.
      arrived.catch(() => {})
      return await Promise.race([arrived, timeout.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ships what it can within the time, and closes the spool; what is left is shipped at the next start. */
  async close(timeoutMs: number): Promise<void> {
    const arrived = await this.shipped(timeoutMs).catch(() => false)
    // A write that the database never answers is left behind: all it holds is in the spool.
    await Promise.race([this.#shipper.close(), delay(arrived ? timeoutMs : 0, undefined, { ref: false })])
    await this.#spool.close()
    if (arrived) await rm(this.#spool.directory, { recursive: true })
    else
      this.#log.warn(
        { spool: this.#spool.directory },
        'rows of the bill stay in the spool until the next start',
      )
  }
}

/** The spools that other instances left in the directory. */
export async function leftSpools(directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  return readdir(directory)
}

/** Ships a spool that its process left behind, and removes it once all of it has arrived. */
export async function adoptSpool(
  directory: string,
  instanceId: string,
  store: LedgerStore,
  log: ShipperLog,
): Promise<void> {
  const spool = await Spool.open<LedgerRecord>(join(directory, instanceId))
  const shipper = new Shipper(spool, await spool.start(), store, log)
  await shipper.shipped()
  await shipper.close()
  await spool.close()
  await rm(spool.directory, { recursive: true })
}

function previewOf(text: string): string {
  // Cut before redaction would cost a secret that straddles the edge; cut after would cost time on long texts.
  return [...redact(text.slice(0, PREVIEW_CHARS * 4))].slice(0, PREVIEW_CHARS).join('')
}

function idOf(key: CallKey): string {
  return `${key.trace_id}/${key.span_id}`
}
