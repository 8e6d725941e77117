import { expect, test } from 'vitest'
import { claimTelemetryEnvironment, loadConfig, modelDefaults } from '../../service/config.ts'

function refusal(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(env)
  } catch (error) {
    expect(error).toMatchObject({ name: 'AppError', code: 'bad_setting' })
    return (error as Error).message
  }
  throw new Error('the setting was accepted')
}

test('nothing set means loopback, embedded database, demo data, demo model and no export', () => {
  expect(loadConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 8000,
    databaseUrl: undefined,
    demoData: true,
    llm: {
      demo: true,
      apiKey: undefined,
      baseUrl: undefined,
      models: { planner: 'gpt-5-nano', analyst: 'gpt-5-mini' },
    },
    telemetry: { serviceName: 'tracechat', exporting: false, endpoint: undefined, captureContent: false },
    auth: { mode: 'none' },
  })
})

test('an empty value counts as unset', () => {
  expect(loadConfig({ PORT: '', OPENAI_API_KEY: ' ', DATABASE_URL: '' })).toEqual(loadConfig({}))
})

test('DATA_DIR is absolute', () => {
  expect(loadConfig({ DATA_DIR: 'x/y' }).dataDir).toBe(`${process.cwd()}/x/y`)
})

test.each([
  [{ PORT: '80a' }, 'PORT="80a" is not valid: expected a whole number from 0 to 65535.'],
  [{ PORT: '65536' }, 'PORT="65536"'],
  [{ PORT: '-1' }, 'PORT="-1"'],
  [{ DEMO_DATA: 'yes' }, 'DEMO_DATA="yes" is not valid: expected one of auto, true, false.'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL="loud"'],
  [{ OPENAI_BASE_URL: 'localhost:11434' }, 'OPENAI_BASE_URL="localhost:11434" is not valid: expected a URL'],
  [{ RUN_TIMEOUT_SECONDS: '0' }, 'RUN_TIMEOUT_SECONDS="0"'],
  [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER="sometimes"'],
  [
    { OTEL_TRACES_SAMPLER_ARG: '1.5' },
    'OTEL_TRACES_SAMPLER_ARG="1.5" is not valid: expected a number from 0 to 1.',
  ],
  [{ OTEL_SDK_DISABLED: '1' }, 'OTEL_SDK_DISABLED="1" is not valid: expected true or false.'],
  [{ AUTH_PROXY_TRUSTED: '10.0.0.0/33' }, 'AUTH_PROXY_TRUSTED="10.0.0.0/33"'],
  [{ AUTH_MODE: 'jwt' }, 'jwt is not available yet'],
])('a wrong value is refused in one line that names it: %o', (env, line) => {
  const message = refusal(env)
  expect(message).toContain(line)
  expect(message).not.toContain('\n')
})

test('the values of secrets are never shown', () => {
  const message = refusal({ DATABASE_URL: 'mysql://me:hunter2@db/x' })
  expect(message).toMatch(/^DATABASE_URL is not valid/)
  expect(message).not.toContain('hunter2')
})

test.each(['0.0.0.0', '::', '192.168.1.5', 'chat.example.com'])(
  'without authentication %s is refused',
  (HOST) => {
    expect(refusal({ HOST })).toContain('ALLOW_UNAUTHENTICATED_BIND')
    expect(loadConfig({ HOST, ALLOW_UNAUTHENTICATED_BIND: 'true' }).host).toBe(HOST)
    expect(loadConfig({ HOST, AUTH_MODE: 'proxy' }).host).toBe(HOST)
  },
)

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('%s needs no authentication', (HOST) => {
  expect(loadConfig({ HOST }).host).toBe(HOST)
})

test('a base URL without a key is a local server, not the demo model', () => {
  expect(loadConfig({ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }).llm).toMatchObject({
    demo: false,
    apiKey: undefined,
  })
})

test("the default models have a vendor's prefix at OpenRouter only, and each can be set by itself", () => {
  expect(modelDefaults('https://openrouter.ai/api/v1')).toEqual({
    planner: 'openai/gpt-5-nano',
    retriever: 'openai/gpt-5-nano',
    analyst: 'anthropic/claude-sonnet-4.5',
  })
  expect(modelDefaults('https://openrouter.ai.example.com/v1').planner).toBe('gpt-5-nano')
  expect(loadConfig({ RETRIEVER_MODEL: 'm' }).llm.models).toEqual({
    planner: 'gpt-5-nano',
    retriever: 'm',
    analyst: 'gpt-5-mini',
  })
})

test('demo data comes with the embedded database unless it is asked for', () => {
  const DATABASE_URL = 'postgres://a@b/c'
  expect(loadConfig({ DATABASE_URL }).demoData).toBe(false)
  expect(loadConfig({ DATABASE_URL, DEMO_DATA: 'true' }).demoData).toBe(true)
  expect(loadConfig({ DEMO_DATA: 'false' }).demoData).toBe(false)
})

test('traces are exported where an endpoint is set and nothing switches them off', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://localhost:4318/'
  expect(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT }).telemetry).toMatchObject({
    exporting: true,
    endpoint: 'http://localhost:4318/v1/traces',
  })
  expect(
    loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/in' }).telemetry
      .endpoint,
  ).toBe('http://t/in')
  for (const off of [{ OTEL_SDK_DISABLED: 'TRUE' }, { OTEL_TRACES_EXPORTER: 'none' }]) {
    expect(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, ...off }).telemetry).toMatchObject({
      exporting: false,
      endpoint: undefined,
    })
  }
  expect(refusal({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toContain('4318')
})

test('OTEL_SDK_DISABLED is taken away from those who would blank the tree for it', () => {
  const env = { OTEL_SDK_DISABLED: 'true', OTEL_SERVICE_NAME: 'x' }
  claimTelemetryEnvironment(env)
  expect(env).toEqual({ OTEL_SERVICE_NAME: 'x' })
})

test('the service name is taken from where people set it', () => {
  expect(
    loadConfig({ OTEL_SERVICE_NAME: 'a', OTEL_RESOURCE_ATTRIBUTES: 'service.name=b' }).telemetry.serviceName,
  ).toBe('a')
  expect(loadConfig({ OTEL_RESOURCE_ATTRIBUTES: 'k=v,service.name=b' }).telemetry.serviceName).toBe('b')
})

test('a proxy is trusted by its address, in either notation', () => {
  const { auth } = loadConfig({
    AUTH_MODE: 'proxy',
    AUTH_PROXY_TRUSTED: '10.0.0.0/8, ::1',
    AUTH_PROXY_HEADER: 'X-User',
  })
  if (auth.mode !== 'proxy') throw new Error('not in proxy mode')
  expect(auth.header).toBe('x-user')
  expect(auth.trusted.check('10.9.9.9')).toBe(true)
  expect(auth.trusted.check('::ffff:10.9.9.9', 'ipv6')).toBe(true)
  expect(auth.trusted.check('::1', 'ipv6')).toBe(true)
  expect(auth.trusted.check('11.0.0.1')).toBe(false)
})
