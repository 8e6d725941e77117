import Router from '@koa/router'
import { createDocument } from 'zod-openapi'
import packageJson from '../../package.json' with { type: 'json' }
import type { AppState } from './identity.ts'
import { billPaths } from './openapi/bill-paths.ts'
import { chatPaths } from './openapi/chat-paths.ts'
import { historyPaths } from './openapi/history-paths.ts'

export interface OpenApiRoutesOptions {
  maxMessageChars: number
}

/** GET /openapi.json: all that can be asked of the service, for people and for generators of clients. */
export function openApiRoutes({ maxMessageChars }: OpenApiRoutesOptions): Router<AppState> {
  const router = new Router<AppState>()
  // Made when somebody asks: most processes are never asked.
  let document: ReturnType<typeof openApiDocument> | undefined

  router.get('/openapi.json', (ctx) => {
    document ??= openApiDocument(maxMessageChars)
    ctx.body = document
  })

  return router
}

/** OpenAPI 3.1. */
function openApiDocument(maxMessageChars: number) {
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: packageJson.name,
        version: packageJson.version,
        description: packageJson.description,
        license: { name: 'Apache License 2.0', identifier: packageJson.license },
      },
      paths: { ...chatPaths(maxMessageChars), ...historyPaths, ...billPaths },
    },
    {
      override({ jsonSchema, io }) {
        // Answers may gain fields; a client that refuses those would break at each of them.
        if (io === 'output' && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties
        // What zod checks beyond these says nothing that the format or the type does not say.
        if (jsonSchema.format) delete jsonSchema.pattern
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      },
    },
  )
}
