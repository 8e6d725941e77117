import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { AppError } from '../errors.ts'

/**
 * As whom the programs of PostgreSQL run. They refuse root, so root lends them another account, or, where that
 * account cannot reach the folder, a user namespace in which root's files seem to be another user's.
 */
export type ServerAccount =
  | { kind: 'self' }
  | { kind: 'other'; name: string; uid: number; gid: number }
  | { kind: 'namespace'; uid: number }

/** What to pass to spawn so that a program runs as the account. The environment holds no secret of ours. */
export function commandAs(account: ServerAccount, program: string, args: string[]) {
  const options = { cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } }
  if (account.kind === 'namespace')
    return { file: 'unshare', args: [...enter(account.uid), program, ...args], options }
  if (account.kind === 'other') {
    return { file: program, args, options: { ...options, uid: account.uid, gid: account.gid } }
  }
  return { file: program, args, options }
}

/** The account for a server whose files are yet to be made in `folder`. Throws `database_folder` where none will do. */
export function chooseAccount(folder: string): ServerAccount {
  if (process.getuid?.() !== 0) return ownAccount()
  const others = unprivilegedUsers(folder)
  const able = others.find((account) => canEnter(account, folder))
  if (able) return able
  if (namespacesAllowed()) return ownAccount()
  throw unreachable(others[0]?.name ?? 'nobody', folder)
}

/** The account that owns the files of an existing server. Throws `database_folder` where this process may not act for it. */
export function accountOf(folder: string): ServerAccount {
  const { uid, gid } = statSync(folder)
  const self = process.getuid?.()
  if (uid === self) return ownAccount()
  if (self !== 0) {
    throw new AppError(
      'database_folder',
      500,
      `The database in ${folder} belongs to user ${uid}, perhaps because it was first started as root. ` +
        'Start as before, or set DATA_DIR to another folder.',
    )
  }
  const owner: OtherAccount = { kind: 'other', name: String(uid), uid, gid }
  if (!canEnter(owner, folder)) throw unreachable(owner.name, folder)
  return owner
}

/** PostgreSQL refuses a user without a name too, as containers that run under any number have. */
function ownAccount(): ServerAccount {
  if (process.getuid?.() !== 0 && (isNamed() || !namespacesAllowed())) return { kind: 'self' }
  return { kind: 'namespace', uid: passwd()[0]?.uid ?? 65534 }
}

function isNamed(): boolean {
  try {
    userInfo()
    return true
  } catch {
    return false
  }
}

type OtherAccount = Extract<ServerAccount, { kind: 'other' }>

/** The owner of the folder, as after a start that was not root's, then the usual accounts of servers. */
function unprivilegedUsers(folder: string): OtherAccount[] {
  const users = passwd()
  const owner = statSync(folder).uid
  return [
    ...users.filter(({ uid }) => uid === owner),
    ...['postgres', '_postgres', 'nobody'].flatMap((name) => users.filter((user) => user.name === name)),
  ]
}

/** The users of this machine, root left out. */
function passwd(): OtherAccount[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ kind: 'other' as const, name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid > 0)
}

function namespacesAllowed(): boolean {
  return spawnSync('unshare', [...enter(65534), 'true']).status === 0
}

/** Asks the kernel rather than read mode bits, which know nothing of access lists. */
function canEnter(account: OtherAccount, folder: string): boolean {
  const { file, args, options } = commandAs(account, '/bin/sh', ['-c', 'cd -- "$0"', folder])
  return spawnSync(file, args, options).status === 0
}

function enter(uid: number): string[] {
  return ['--user', `--map-user=${uid}`, '--']
}

function unreachable(user: string, folder: string): AppError {
  return new AppError(
    'database_folder',
    500,
    `PostgreSQL does not run as root, and user ${user}, which runs it instead, cannot enter ${folder}. ` +
      'Set DATA_DIR to a folder that other users may enter, such as /var/lib/tracechat, or start as an ordinary user.',
  )
}
