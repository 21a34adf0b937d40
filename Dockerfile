# The sweep as a container: `docker run IMAGE --plan`. What it has to be told: docs/guides/sweep-anywhere.md.
#
# The base is a tag and not a digest, so that a rebuild brings Node's security fixes; pin it where your policy asks for that.
# Everything else is pinned by package-lock.json. test/e2e/container.test.ts replays these steps, and builds them by `buildah` where that is.

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No package needs its install script here.
RUN npm ci --ignore-scripts
COPY action/build.ts action/bundle.ts action/
COPY cli cli
COPY core core
COPY github github
COPY providers providers
COPY schema schema
COPY sweep sweep
RUN node action/build.ts --entry cli/container.ts --out out

FROM node:24-slim
WORKDIR /gatepass
COPY --from=build /build/out/index.js sweep.mjs
COPY --from=build /build/out/licenses.txt ./
COPY LICENSE ./
# It writes no file, and binds no port.
USER node
ENTRYPOINT ["node", "/gatepass/sweep.mjs"]
