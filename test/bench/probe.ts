/** Loaded into every process of the benchmark ahead of its program: says over IPC what the process has used so far. */
import { setImmediate as nextTurn } from 'node:timers/promises'

export interface ProcessUsage {
  /** User and system time of all threads, in microseconds. */
  cpuMicros: number
  /** JavaScript objects and buffers. Resident memory would say less: what earlier rounds freed stays with the process. */
  heapBytes: number
}

process.on('message', (question: unknown) => {
  if (question === 'usage') process.send!(usage())
  if (question === 'usage_collected') void collect().then(() => process.send!(usage()))
})

// Whatever ends the benchmark ends its processes too, and in order.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))

function usage(): ProcessUsage {
  const { user, system } = process.cpuUsage()
  const { heapUsed, external } = process.memoryUsage()
  return { cpuMicros: user + system, heapBytes: heapUsed + external }
}

/** What one pass finds finished, the next one frees. */
async function collect(): Promise<void> {
  for (let pass = 0; pass < 4; pass++) {
    globalThis.gc!()
    await nextTurn()
  }
}
