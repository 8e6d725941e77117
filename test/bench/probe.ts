/** Loaded into a measured process ahead of its program: says over IPC what the process has used so far. */

export interface ProcessUsage {
  /** User and system time of all threads, in microseconds. */
  cpuMicros: number
  /** Resident memory after a collection, in bytes; a collection is made only where the process was asked for it. */
  rssBytes: number
}

export type ProbeQuestion = 'usage' | 'memory'

process.on('message', (question: unknown) => {
  if (question === 'memory') globalThis.gc?.()
  if (question !== 'usage' && question !== 'memory') return
  const { user, system } = process.cpuUsage()
  process.send!({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() } satisfies ProcessUsage)
})

// Whatever ends the benchmark ends the measured process too, and in order.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
