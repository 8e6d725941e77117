/**
 * Builds the web app unless ui/dist is newer than everything it is made of. Part of every start, so it is quick when
 * there is nothing to do. Where the build tools are left out, as in the image, what was built before is served.
 */
import { existsSync, globSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))
const built = join(folder, 'dist/index.html')
/** What the app is made of beside this folder: the wire types and the versions of the packages. */
const elsewhere = ['service/wire.ts', 'otel/trace-node.ts', 'package-lock.json'].map((file) =>
  join(folder, '..', file),
)

if (!isCurrent()) await build()

/** Folders count too: theirs is the only time that changes when a file is removed. */
function isCurrent(): boolean {
  if (!existsSync(built)) return false
  const builtAt = statSync(built).mtimeMs
  const sources = globSync('**', { cwd: folder, exclude: (path) => path === 'dist' }).map((file) =>
    join(folder, file),
  )
  return [...sources, ...elsewhere.filter((file) => existsSync(file))].every(
    (file) => statSync(file).mtimeMs <= builtAt,
  )
}

async function build(): Promise<void> {
  const started = performance.now()
  const vite = await buildTools()
  if (!vite) return
  await vite.build({ configFile: join(folder, 'vite.config.ts'), logLevel: 'error' })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`Built the web app into ${relative('.', dirname(built))} in ${seconds} s`)
}

async function buildTools(): Promise<typeof import('vite') | undefined> {
  try {
    return await import('vite')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    if (existsSync(built)) return undefined
    console.error(
      'The web app is not built, and Vite, which builds it, is not installed: run npm ci without --omit=dev.',
    )
    process.exit(1)
  }
}
