import { existsSync } from 'node:fs'
import { isIP, type BlockList } from 'node:net'
import { resolve } from 'node:path'
import type { SamplerSetting } from '../otel/sampler.ts'
import { AppError } from './errors.ts'
import type { LogLevel } from './log.ts'
import { settings, type Settings } from './settings.ts'

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
  /** Asked where an agent's model does not answer. */
  readonly fallbackModels: Partial<ModelNames>
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
  readonly sampler: Readonly<SamplerSetting>
  /** The OTEL_BSP_* settings; milliseconds and spans. */
  readonly batch: {
    readonly maxQueueSize: number
    readonly maxExportBatchSize: number
    readonly scheduledDelayMillis: number
    readonly exportTimeoutMillis: number
  }
  /** Whether prompts and answers may travel in exported attributes. */
  readonly captureContent: boolean
}

export type AuthConfig =
  | { readonly mode: 'none' }
  /** The header counts only when the connection comes from a trusted address. */
  | { readonly mode: 'proxy'; readonly header: string; readonly trusted: BlockList }

/** The process's environment, with what `.env` in the working directory adds; what is set already wins. */
export function readEnvironment(): NodeJS.ProcessEnv {
  // Into process.env itself, because OpenTelemetry reads settings of its own there (headers, resource attributes).
  if (existsSync('.env')) process.loadEnvFile('.env')
  return process.env
}

/**
 * Parses every setting. An empty value counts as unset.
 * Throws AppError `bad_setting` with one line that names the variable, its value unless secret, and what is accepted.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()))
  const parsed = settings.safeParse(given)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw badSetting(String(path[0]), given[String(path[0])], message)
  }
  const s = parsed.data
  if (s.AUTH_MODE === 'none' && !isLoopback(s.HOST) && !s.ALLOW_UNAUTHENTICATED_BIND) {
    throw badSetting(
      'HOST',
      s.HOST,
      'a loopback address such as 127.0.0.1, as everyone who reaches another one could read every chat; ' +
        'set AUTH_MODE=proxy, or ALLOW_UNAUTHENTICATED_BIND=true if something else keeps strangers out',
    )
  }
  const defaults = modelDefaults(s.OPENAI_BASE_URL)
  return {
    host: s.HOST,
    port: s.PORT,
    databaseUrl: s.DATABASE_URL,
    dataDir: resolve(s.DATA_DIR),
    demoData: s.DEMO_DATA === 'auto' ? s.DATABASE_URL === undefined : s.DEMO_DATA === 'true',
    logLevel: s.LOG_LEVEL,
    llm: {
      demo: s.OPENAI_API_KEY === undefined && s.OPENAI_BASE_URL === undefined,
      apiKey: s.OPENAI_API_KEY,
      baseUrl: s.OPENAI_BASE_URL,
      models: {
        planner: s.PLANNER_MODEL ?? defaults.planner,
        retriever: s.RETRIEVER_MODEL ?? defaults.retriever,
        analyst: s.ANALYST_MODEL ?? defaults.analyst,
      },
      fallbackModels: {
        ...(s.PLANNER_FALLBACK_MODEL ? { planner: s.PLANNER_FALLBACK_MODEL } : {}),
        ...(s.RETRIEVER_FALLBACK_MODEL ? { retriever: s.RETRIEVER_FALLBACK_MODEL } : {}),
        ...(s.ANALYST_FALLBACK_MODEL ? { analyst: s.ANALYST_FALLBACK_MODEL } : {}),
      },
      firstByteTimeoutSeconds: s.LLM_FIRST_BYTE_TIMEOUT_SECONDS,
      idleTimeoutSeconds: s.LLM_IDLE_TIMEOUT_SECONDS,
    },
    run: {
      maxMessageChars: s.MAX_MESSAGE_CHARS,
      maxPerUser: s.MAX_RUNS_PER_USER,
      maxOpen: s.MAX_OPEN_RUNS,
      timeoutSeconds: s.RUN_TIMEOUT_SECONDS,
      keepSeconds: s.RUN_KEEP_SECONDS,
    },
    telemetry: telemetry(s),
    auth:
      s.AUTH_MODE === 'proxy'
        ? { mode: 'proxy', header: s.AUTH_PROXY_HEADER, trusted: s.AUTH_PROXY_TRUSTED }
        : { mode: 'none' },
    jaegerUiUrl: s.JAEGER_UI_URL,
    shutdownDrainSeconds: s.SHUTDOWN_DRAIN_SECONDS,
  }
}

/** The model of each agent where no setting names one. Cheap models decide, a strong one writes. */
export function modelDefaults(baseUrl: string | undefined): ModelNames {
  return baseUrl && new URL(baseUrl).hostname === 'openrouter.ai'
    ? { planner: 'openai/gpt-5-nano', retriever: 'openai/gpt-5-nano', analyst: 'anthropic/claude-sonnet-4.5' }
    : { planner: 'gpt-5-nano', retriever: 'gpt-5-nano', analyst: 'gpt-5-mini' }
}

/**
 * Takes OTEL_SDK_DISABLED away once it has been parsed. NodeSDK reads it too and would drop every span processor,
 * ours included, and with it the live tree and the bill; to us it means: export nothing.
 */
export function claimTelemetryEnvironment(env: NodeJS.ProcessEnv): void {
  delete env.OTEL_SDK_DISABLED
}

function telemetry(s: Settings): TelemetryConfig {
  const endpoint =
    s.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
    (s.OTEL_EXPORTER_OTLP_ENDPOINT && `${s.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`)
  const exporting = endpoint !== undefined && !s.OTEL_SDK_DISABLED && s.OTEL_TRACES_EXPORTER !== 'none'
  if (exporting && s.OTEL_EXPORTER_OTLP_PROTOCOL === 'grpc') {
    throw badSetting(
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'grpc',
      'http/json or http/protobuf, usually on port 4318',
    )
  }
  return {
    serviceName: s.OTEL_SERVICE_NAME ?? serviceNameOf(s.OTEL_RESOURCE_ATTRIBUTES) ?? 'tracechat',
    exporting,
    endpoint: exporting ? endpoint : undefined,
    sampler: { name: s.OTEL_TRACES_SAMPLER, ratio: s.OTEL_TRACES_SAMPLER_ARG },
    batch: {
      maxQueueSize: s.OTEL_BSP_MAX_QUEUE_SIZE,
      maxExportBatchSize: Math.min(s.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, s.OTEL_BSP_MAX_QUEUE_SIZE),
      scheduledDelayMillis: s.OTEL_BSP_SCHEDULE_DELAY,
      exportTimeoutMillis: s.OTEL_BSP_EXPORT_TIMEOUT,
    },
    captureContent: s.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT,
  }
}

function serviceNameOf(resourceAttributes: string | undefined): string | undefined {
  const value = /(?:^|,)\s*service\.name\s*=\s*([^,]+)/.exec(resourceAttributes ?? '')?.[1]
  return value && decodeURIComponent(value.trim())
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** Their values stay out of messages. DATABASE_URL carries a password. */
const secrets = ['DATABASE_URL', 'OPENAI_API_KEY']

function badSetting(name: string, value: string | undefined, accepted: string): AppError {
  const shown = value === undefined || secrets.includes(name) ? name : `${name}=${JSON.stringify(value)}`
  return new AppError('bad_setting', 500, `${shown} is not valid: expected ${accepted}.`, {
    details: { name },
  })
}
