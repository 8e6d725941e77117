import { hostname } from 'node:os'
import type { Knex } from 'knex'

/** A process that has not renewed its lease for this long counts as dead. */
const LEASE_SECONDS = 15
export const RENEW_LEASE_MS = 5_000

/** The processes that share a database, each under a lease that it renews while it lives. */
export class Instances {
  readonly #db: Knex

  constructor(db: Knex) {
    this.#db = db
  }

  /** Takes or renews the lease of this process. */
  async hold(instanceId: string): Promise<void> {
    const leaseUntil = this.#db.raw(`now() + interval '${LEASE_SECONDS} seconds'`)
    await this.#db('instances')
      .insert({ instance_id: instanceId, host: hostname(), pid: process.pid, lease_until: leaseUntil })
      .onConflict('instance_id')
      .merge({ lease_until: leaseUntil })
  }

  async release(instanceId: string): Promise<void> {
    await this.#db('instances').where({ instance_id: instanceId }).delete()
  }

  /** Every process that is known, and whether it lives: by its lease, and on this machine by its pid, which is quicker. */
  async list(): Promise<{ instanceId: string; alive: boolean }[]> {
    const rows = await this.#db('instances').select(
      'instance_id',
      'host',
      'pid',
      this.#db.raw('lease_until < now() as over'),
    )
    return rows.map(({ instance_id: instanceId, host, pid, over }) => ({
      instanceId,
      alive: !over && (host !== hostname() || isAlive(pid)),
    }))
  }
}

/** Whether another process has this pid. Our own is no proof: in a container every process may have been number 1. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
