import type { BlockList } from 'node:net'
import type { LogLevel } from './log.ts'

/** The whole environment, parsed once. */
export interface Config {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** Unset: the embedded PostgreSQL under dataDir. */
  readonly databaseUrl: string | undefined
  /** Absolute. */
  readonly dataDir: string
  readonly demoData: boolean
  readonly logLevel: LogLevel
  readonly llm: LlmConfig
  readonly run: RunConfig
  readonly telemetry: TelemetryConfig
  readonly auth: AuthConfig
  readonly jaegerUiUrl: string | undefined
  readonly shutdownDrainSeconds: number
}

export interface LlmConfig {
  /** Neither key nor base URL is set: the demo model serves. */
  readonly demo: boolean
  readonly apiKey: string | undefined
  readonly baseUrl: string | undefined
  readonly models: ModelNames
  readonly firstByteTimeoutSeconds: number
  readonly idleTimeoutSeconds: number
}

export interface ModelNames {
  readonly planner: string
  readonly retriever: string
  readonly analyst: string
}

export interface RunConfig {
  readonly maxMessageChars: number
  readonly maxPerUser: number
  /** In the whole process. */
  readonly maxOpen: number
  readonly timeoutSeconds: number
  /** How long the events of an ended run stay in memory. */
  readonly keepSeconds: number
}

export interface TelemetryConfig {
  readonly serviceName: string
  readonly exporting: boolean
  /** Where traces are posted, with its path; only while exporting. */
  readonly endpoint: string | undefined
  readonly sampler: { readonly name: SamplerName; readonly ratio: number }
  /** Whether prompts and answers may travel in exported attributes. */
  readonly captureContent: boolean
}

export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

export type AuthConfig =
  | { readonly mode: 'none' }
  /** The header counts only when the connection comes from a trusted address. */
  | { readonly mode: 'proxy'; readonly header: string; readonly trusted: BlockList }

export function readEnvironment(): NodeJS.ProcessEnv {
  throw new Error('not written yet')
}
export function loadConfig(_env: NodeJS.ProcessEnv): Config {
  throw new Error('not written yet')
}
export function claimTelemetryEnvironment(_env: NodeJS.ProcessEnv): void {
  throw new Error('not written yet')
}
export function modelDefaults(_baseUrl: string | undefined): ModelNames {
  throw new Error('not written yet')
}
