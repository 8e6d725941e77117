import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
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
  if (process.getuid?.() !== 0) return { kind: 'self' }
  const other = unprivilegedUser()
  if (canEnter(other, folder)) return other
  if (spawnSync('unshare', [...enter(other.uid), 'true']).status === 0)
    return { kind: 'namespace', uid: other.uid }
  throw unreachable(other, folder)
}

/** The account that owns the files of an existing server. Throws `database_folder` where this process may not act for it. */
export function accountOf(folder: string): ServerAccount {
  const { uid, gid } = statSync(folder)
  const self = process.getuid?.()
  if (uid === self) return self === 0 ? { kind: 'namespace', uid: unprivilegedUser().uid } : { kind: 'self' }
  if (self !== 0) {
    throw new AppError(
      'database_folder',
      500,
      `The database in ${folder} belongs to user ${uid}, perhaps because it was first started as root. ` +
        'Start as before, or set DATA_DIR to another folder.',
    )
  }
  const owner: ServerAccount = { kind: 'other', name: String(uid), uid, gid }
  if (!canEnter(owner, folder)) throw unreachable(owner, folder)
  return owner
}

type OtherAccount = Extract<ServerAccount, { kind: 'other' }>

function unprivilegedUser(): OtherAccount {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const user = users.find((fields) => fields[0] === name)
    if (user) return { kind: 'other', name, uid: Number(user[2]), gid: Number(user[3]) }
  }
  return { kind: 'other', name: 'nobody', uid: 65534, gid: 65534 }
}

/** Asks the kernel rather than read mode bits, which know nothing of access lists. */
function canEnter(account: OtherAccount, folder: string): boolean {
  const { file, args, options } = commandAs(account, '/bin/sh', ['-c', 'cd -- "$0"', folder])
  return spawnSync(file, args, options).status === 0
}

function enter(uid: number): string[] {
  return ['--user', `--map-user=${uid}`, '--']
}

function unreachable(account: OtherAccount, folder: string): AppError {
  return new AppError(
    'database_folder',
    500,
    `PostgreSQL does not run as root, and user ${account.name}, which runs it instead, cannot enter ${folder}. ` +
      'Set DATA_DIR to a folder that other users may enter, such as /var/lib/tracechat, or start as an ordinary user.',
  )
}
