# The web app is built here, with the build tools that the image itself does without.
FROM node:24-slim AS web-app
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install script is needed: Node is in the base image.
RUN npm ci --ignore-scripts
COPY ui ui
COPY service/wire.ts service/wire.ts
COPY otel/trace-node.ts otel/trace-node.ts
RUN node ui/build.ts

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY service service
COPY otel otel
COPY migrations migrations
COPY --from=web-app /app/ui/dist ui/dist

# The spool of the bill lives here, and the embedded PostgreSQL where DATABASE_URL is not set: keep it on a volume.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
# From outside a container only this address is reached, so that the service asks for AUTH_MODE=proxy, or for
# ALLOW_UNAUTHENTICATED_BIND=true where the port is published on loopback only.
ENV HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself, not npm, so that SIGTERM reaches the service.
CMD ["node", "service/main.ts"]
