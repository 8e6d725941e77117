import { formatTable } from '../../service/cli/table.ts'
import type { Load } from './load.ts'
import type { Round } from './round.ts'

interface Both<Figure> {
  service: Figure
  pipe: Figure
}

export interface Figures {
  rounds: Both<Round[]>
  /** Milliseconds, a figure for each chat that was alone. */
  loneFirstContentMs: Both<number[]>
  /** Milliseconds that a call waited for the ledger, a figure for each call of chats that were alone. */
  loneLedgerMs: number[]
  /** The same, of chats that all began at once. */
  burstLedgerMs: number[]
  /** Heap that one more open stream takes. */
  readerBytes: number
}

type Comparison = (both: Both<number>, unit: string) => string

/** The figures as a person reads them. */
export function report(load: Load, figures: Figures): string {
  const { chats, answer, loneChats, idleReaders } = load
  const { loneFirstContentMs: alone, loneLedgerMs, burstLedgerMs, readerBytes } = figures
  const cpu = (of: (round: Round) => number | null) =>
    each(figures.rounds, (played) => median(played.map(of).filter((figure) => figure !== null)))
  const burst = each(figures.rounds, (played) => played.flatMap((round) => round.firstContentMs))
  const rows = [
    row(
      'CPU a chat',
      'ms',
      cpu((round) => round.cpuMicrosPerChat / 1000),
      ratio,
    ),
    row(
      'CPU a streamed token',
      'µs',
      cpu((round) => round.cpuMicrosPerToken),
      ratio,
    ),
    row('First content, one chat alone, median', 'ms', each(alone, median), added),
    row(
      'First content, one chat alone, p95',
      'ms',
      each(alone, (ms) => quantile(ms, 0.95)),
      added,
    ),
    row(`First content, ${chats} begun at once, median`, 'ms', each(burst, median), added),
    row(
      `First content, ${chats} begun at once, p95`,
      'ms',
      each(burst, (ms) => quantile(ms, 0.95)),
      added,
    ),
    own('A call waits for the ledger, chat alone, median', 'ms', median(loneLedgerMs)),
    own('A call waits for the ledger, chat alone, p99', 'ms', quantile(loneLedgerMs, 0.99)),
    own(`A call waits for the ledger, ${chats} begun at once, median`, 'ms', median(burstLedgerMs)),
    own(`A call waits for the ledger, ${chats} begun at once, p99`, 'ms', quantile(burstLedgerMs, 0.99)),
    own('Heap of an open stream', 'KiB', readerBytes / 1024),
  ]
  const columns = ['', 'service', 'node:http pipe', 'service against pipe'].map((name, index) => ({
    name,
    numeric: index > 0,
  }))
  return `
${chats} chats at once, ${answer.tokens} tokens ${answer.tokenEveryMs} ms apart, four provider calls a chat: medians of ${load.rounds} rounds each, in turns.
Then ${loneChats} chats one after the other, and ${idleReaders} readers of one quiet run.
CPU is user and system time of the one process; PostgreSQL, the provider and the readers are processes of their own.

${formatTable(columns, rows)}
`
}

function each<From, To>({ service, pipe }: Both<From>, of: (one: From) => To): Both<To> {
  return { service: of(service), pipe: of(pipe) }
}

function row(name: string, unit: string, both: Both<number>, compare: Comparison): string[] {
  return [name, inUnit(both.service, unit), inUnit(both.pipe, unit), compare(both, unit)]
}

function own(name: string, unit: string, value: number): string[] {
  return [name, inUnit(value, unit), '', '']
}

function ratio({ service, pipe }: Both<number>): string {
  return `× ${(service / pipe).toFixed(2)}`
}

function added({ service, pipe }: Both<number>, unit: string): string {
  return `${service < pipe ? '-' : '+'} ${inUnit(Math.abs(service - pipe), unit)}`
}

function inUnit(value: number, unit: string): string {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`
}

function median(values: number[]): number {
  return quantile(values, 0.5)
}

/** The value that the share (0 to 1) of the values does not exceed, by nearest rank. */
function quantile(values: number[], share: number): number {
  if (values.length === 0) throw new Error('The machine is too busy to measure anything. Try again later.')
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}
