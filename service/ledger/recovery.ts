import { adoptSpool, leftSpools } from './ledger.ts'
import type { LedgerStore, ShipperLog } from './shipper.ts'

export interface RecoveryOptions {
  /** Where the spools of all instances are that share this disk. */
  directory: string
  /** This process, which is never recovered. */
  instanceId: string
  instances: {
    list(): Promise<{ instanceId: string; alive: boolean }[]>
    release(instanceId: string): Promise<void>
  }
  store: LedgerStore & {
    /** Ends what the instance left running, with estimates where nobody reported. @returns the run ids */
    markInterrupted(instanceId: string): Promise<string[]>
  }
  log: ShipperLog & { info(fields: object, message: string): void }
}

/**
 * Puts in order what dead processes left behind: first their spool becomes rows, then what never ended is marked
 * interrupted. A process whose lease runs is left alone. May be repeated, and interrupted, at any point.
 */
export async function recover({
  directory,
  instanceId,
  instances,
  store,
  log,
}: RecoveryOptions): Promise<void> {
  const known = new Map((await instances.list()).map((instance) => [instance.instanceId, instance.alive]))
  known.set(instanceId, true)
  const spools = await leftSpools(directory)
  const dead = new Set([...known.keys(), ...spools].filter((id) => known.get(id) !== true))
  for (const id of dead) {
    if (spools.includes(id)) await adoptSpool(directory, id, store, log)
    const runs = await store.markInterrupted(id)
    await instances.release(id)
    log.info({ instance: id, interrupted_runs: runs }, 'put in order what a process that died left behind')
  }
}
