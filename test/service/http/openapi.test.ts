import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type Router from '@koa/router'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApiRoutes } from '../../../service/http/openapi.ts'
import type { TestApp } from '../bill/example-bill.ts'
import { serve } from '../bill/example-bill.ts'

interface Operation {
  operationId: string
  summary: string
  responses: Record<string, { description: string; content?: Record<string, unknown> }>
  parameters?: { in: string; name: string }[]
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Record<string, unknown>> }
}

let app: TestApp
let document: Document
beforeAll(async () => {
  app = await serve(openApiRoutes({ maxMessageChars: 1234 }))
  document = (await (await app.get('/openapi.json')).json()) as Document
})
afterAll(() => app.close())

/** "GET /api/v1/sessions" for every route of every router that service/http exports. */
async function routes(): Promise<Set<string>> {
  const folder = join(import.meta.dirname, '../../../service/http')
  const found = new Set<string>()
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.ts'))) {
    const exported = (await import(join(folder, file))) as Record<string, unknown>
    for (const [name, factory] of Object.entries(exported)) {
      if (!name.endsWith('Routes')) continue
      // Routes are declared when the router is made; the parts they use are asked for only by requests.
      const router = (factory as (options: object) => Router)({ maxMessageChars: 1 })
      for (const { path, methods } of router.stack) {
        if (typeof path !== 'string') throw new Error(`a route of ${name} has no plain path`)
        for (const method of methods.filter((one) => one !== 'HEAD')) {
          found.add(`${method} ${normal(path.replace(/:(\w+)/g, '{$1}'))}`)
        }
      }
    }
  }
  return found
}

/** The slash at the end is the same address. */
function normal(path: string): string {
  return path.replace(/\/$/, '')
}

function operations(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${normal(path)}`,
      operation,
    ]),
  )
}

test('every route is documented, and nothing else is', async () => {
  const documented = operations().map(([name]) => name)
  expect(documented.toSorted()).toEqual([...(await routes())].toSorted())
  expect(documented).toContain('POST /api/v1/chat/stream')
})

test('every operation has a name of its own, a summary and a good answer, and under /api/ errors in the one form', () => {
  const names = operations().map(([, { operationId }]) => operationId)
  expect(new Set(names).size).toBe(names.length)
  for (const [name, { summary, responses }] of operations()) {
    expect([name, summary]).toEqual([name, expect.stringMatching(/\S/)])
    expect([name, Object.keys(responses)]).toEqual([
      name,
      expect.arrayContaining([expect.stringMatching(/^2/)]),
    ])
    if (!name.includes('/api/')) continue
    const refused = Object.entries(responses).filter(([status]) => status.startsWith('4'))
    expect(refused.length).toBeGreaterThan(0)
    for (const [, { content }] of refused) {
      expect(content).toEqual({ 'application/json': { schema: { $ref: '#/components/schemas/Error' } } })
    }
  }
})

test('every parameter of a path is declared', () => {
  for (const [name, { parameters = [] }] of operations()) {
    const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
    const declared = parameters.filter((one) => one.in === 'path').map((one) => one.name)
    expect([name, declared]).toEqual([name, inPath])
  }
})

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  expect(references.length).toBeGreaterThan(0)
  for (const [, name] of references) expect(document.components.schemas).toHaveProperty([name!])
})

test('the request is the schema that is enforced, with the limit that is set', () => {
  expect(document.openapi).toMatch(/^3\.1/)
  expect(document.components.schemas['ChatRequest']).toMatchObject({
    required: ['message'],
    properties: { message: { type: 'string', maxLength: 1234 }, tree: { enum: ['snapshot', 'delta'] } },
  })
})

test('the stream is documented as events with a schema for each type of frame', () => {
  const { content } = document.paths['/api/v1/chat/stream']!['post']!.responses['200']!
  expect(content).toEqual({ 'text/event-stream': { schema: { $ref: '#/components/schemas/RunEvent' } } })
  const types = (
    document.components.schemas['RunEvent'] as { oneOf: { properties: { type: { const: string } } }[] }
  ).oneOf
  expect(types.map(({ properties }) => properties.type.const)).toEqual([
    'status',
    'tree_update',
    'content',
    'complete',
    'error',
  ])
})
