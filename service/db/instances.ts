import { hostname } from 'node:os'
import type { Knex } from 'knex'

/** A process that has not renewed its lease for this long counts as dead. */
export const LEASE_SECONDS = 15

/** Takes or renews the lease of this process. */
export async function holdLease(db: Knex, instanceId: string): Promise<void> {
  const leaseUntil = db.raw(`now() + interval '${LEASE_SECONDS} seconds'`)
  await db('instances')
    .insert({ instance_id: instanceId, host: hostname(), pid: process.pid, lease_until: leaseUntil })
    .onConflict('instance_id')
    .merge({ lease_until: leaseUntil })
}

export async function releaseLease(db: Knex, instanceId: string): Promise<void> {
  await db('instances').where({ instance_id: instanceId }).delete()
}

/** The processes whose lease is over, and those of this machine that are known to be gone. */
export async function deadInstances(db: Knex, isAlive: (pid: number) => boolean): Promise<string[]> {
  const rows = await db('instances').select(
    'instance_id',
    'host',
    'pid',
    db.raw('lease_until < now() as over'),
  )
  return rows
    .filter(({ over, host, pid }) => over || (host === hostname() && !isAlive(pid)))
    .map(({ instance_id }) => instance_id as string)
}
