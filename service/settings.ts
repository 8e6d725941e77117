import { BlockList, isIP } from 'node:net'
import { z } from 'zod'

// The error of each kind of value is what is accepted, as it follows "expected".

function oneOf<const Value extends string>(...values: [Value, ...Value[]]) {
  return z.enum(values, { error: `one of ${values.join(', ')}` })
}

function flag() {
  return z
    .string()
    .toLowerCase()
    .pipe(z.enum(['true', 'false'], { error: 'true or false' }))
    .default('false')
    .transform((value) => value === 'true')
}

function number(fallback: number, limits: { min: number; max: number; whole?: boolean }) {
  const { min, max, whole = true } = limits
  const error = `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`
  return z
    .string()
    .trim()
    .regex(whole ? /^\d+$/ : /^\d*\.?\d+$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }))
    .prefault(String(fallback))
}

function seconds(fallback: number) {
  return number(fallback, { min: 1, max: 86_400, whole: false })
}

function httpUrl() {
  return z
    .string()
    .trim()
    .refine((value) => ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? ''), {
      error: 'a URL that begins with http:// or https://',
    })
}

/** Comma-separated addresses and CIDR ranges. */
const addresses = z.string().transform((text, context) => {
  const list = new BlockList()
  for (const entry of text.split(',').map((part) => part.trim())) {
    const [address = '', prefix] = entry.split('/')
    const version = isIP(address)
    const bits = version === 4 ? 32 : 128
    if (!version || (prefix !== undefined && !(/^\d+$/.test(prefix) && Number(prefix) <= bits))) {
      context.addIssue('IP addresses or ranges, separated by commas, such as 127.0.0.1,10.0.0.0/8,::1')
      return z.NEVER
    }
    list.addSubnet(address, Number(prefix ?? bits), version === 4 ? 'ipv4' : 'ipv6')
  }
  return list
})

/** Every variable that is read, by its name in the environment; empty ones must have been left out. */
export const settings = z.object({
  HOST: z.string().trim().default('127.0.0.1'),
  PORT: number(8000, { min: 0, max: 65_535 }),
  DATABASE_URL: z
    .string()
    .trim()
    .refine((value) => ['postgres:', 'postgresql:'].includes(URL.parse(value)?.protocol ?? ''), {
      error: 'a URL such as postgres://user:password@host:5432/database',
    })
    .optional(),
  DATA_DIR: z.string().default('./data'),
  DEMO_DATA: oneOf('auto', 'true', 'false').default('auto'),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),

  OPENAI_API_KEY: z.string().trim().optional(),
  OPENAI_BASE_URL: httpUrl().optional(),
  PLANNER_MODEL: z.string().trim().optional(),
  RETRIEVER_MODEL: z.string().trim().optional(),
  ANALYST_MODEL: z.string().trim().optional(),
  PLANNER_FALLBACK_MODEL: z.string().trim().optional(),
  RETRIEVER_FALLBACK_MODEL: z.string().trim().optional(),
  ANALYST_FALLBACK_MODEL: z.string().trim().optional(),
  LLM_FIRST_BYTE_TIMEOUT_SECONDS: seconds(30),
  LLM_IDLE_TIMEOUT_SECONDS: seconds(30),

  MAX_MESSAGE_CHARS: number(20_000, { min: 1, max: 1_000_000 }),
  MAX_RUNS_PER_USER: number(20, { min: 1, max: 100_000 }),
  MAX_OPEN_RUNS: number(500, { min: 1, max: 100_000 }),
  RUN_TIMEOUT_SECONDS: seconds(300),
  RUN_KEEP_SECONDS: number(300, { min: 0, max: 86_400 }),
  SHUTDOWN_DRAIN_SECONDS: number(10, { min: 0, max: 3_600, whole: false }),

  OTEL_SERVICE_NAME: z.string().trim().optional(),
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional(),
  OTEL_SDK_DISABLED: flag(),
  OTEL_TRACES_EXPORTER: oneOf('otlp', 'none').default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf('http/json', 'http/protobuf', 'grpc').optional(),
  OTEL_TRACES_SAMPLER: oneOf(
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: number(1, { min: 0, max: 1, whole: false }),
  OTEL_BSP_SCHEDULE_DELAY: number(5_000, { min: 1, max: 600_000 }),
  OTEL_BSP_EXPORT_TIMEOUT: number(30_000, { min: 1, max: 600_000 }),
  OTEL_BSP_MAX_QUEUE_SIZE: number(2_048, { min: 1, max: 1_000_000 }),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: number(512, { min: 1, max: 100_000 }),
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: flag(),
  JAEGER_UI_URL: httpUrl()
    .transform((url) => url.replace(/\/$/, ''))
    .optional(),

  AUTH_MODE: z
    .string()
    .refine((mode) => mode !== 'jwt', { error: 'none or proxy (jwt is not available yet)', abort: true })
    .pipe(oneOf('none', 'proxy'))
    .default('none'),
  AUTH_PROXY_HEADER: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9-]+$/, { error: 'the name of a request header such as x-forwarded-user' })
    .default('x-forwarded-user'),
  AUTH_PROXY_TRUSTED: addresses.prefault('127.0.0.1,::1'),
  ALLOW_UNAUTHENTICATED_BIND: flag(),
})

export type Settings = z.infer<typeof settings>
