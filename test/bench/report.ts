import { formatTable } from '../../service/cli/table.ts'
import { median, quantile } from './figures.ts'
import type { Load } from './load.ts'
import type { Round } from './round.ts'

export interface Measured {
  service: Round[]
  pipe: Round[]
  /** Milliseconds that a call waited for the ledger, a figure for each call. */
  ledgerMs: number[]
  readerBytes: number
}

/** The figures as a person reads them. */
export function report(load: Load, { service, pipe, ledgerMs, readerBytes }: Measured): string {
  const perChat = [service, pipe].map((rounds) => median(rounds.map((round) => round.cpuMicrosPerChat)))
  const perToken = [service, pipe].map((rounds) => median(rounds.map((round) => round.cpuMicrosPerToken)))
  const first = (share: number) =>
    [service, pipe].map((rounds) =>
      quantile(
        rounds.flatMap((round) => round.firstContentMs),
        share,
      ),
    )
  const rows = [
    row(
      'CPU per chat',
      perChat.map((micros) => micros / 1000),
      'ms',
      ratio,
    ),
    row('CPU per streamed token', perToken, 'µs', ratio),
    row('time to first content, median', first(0.5), 'ms', added),
    row('time to first content, p95', first(0.95), 'ms', added),
    ['wait for the ledger before a call, median', inUnit(median(ledgerMs), 'ms'), '', ''],
    ['wait for the ledger before a call, p99', inUnit(quantile(ledgerMs, 0.99), 'ms'), '', ''],
    [`memory per open stream (${load.idleReaders} idle)`, inUnit(readerBytes / 1024, 'KiB'), '', ''],
  ]
  const columns = ['', 'service', 'node:http pipe', 'service / pipe'].map((name, index) => ({
    name,
    numeric: index > 0,
  }))
  return `
${load.chats} chats at once, ${load.tokens} tokens ${load.tokenEveryMs} ms apart, four provider calls a chat; medians of ${load.rounds} rounds each, in turns.
CPU is that of the one process, user and system; PostgreSQL, the provider and the readers are others.

${formatTable(columns, rows)}
`
}

function row(name: string, [service, pipe]: number[], unit: string, compare: Comparison): string[] {
  return [name, inUnit(service!, unit), inUnit(pipe!, unit), compare(service!, pipe!, unit)]
}

type Comparison = (service: number, pipe: number, unit: string) => string

function ratio(service: number, pipe: number): string {
  return `× ${(service / pipe).toFixed(2)}`
}

function added(service: number, pipe: number, unit: string): string {
  return `+ ${inUnit(service - pipe, unit)}`
}

function inUnit(value: number, unit: string): string {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`
}
