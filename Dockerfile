# An image of assay without a shell: Node, the compiled package and its dependencies.
# docs/install.md has the commands; test/dockerfile.test.ts executes these steps without Docker.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY scripts/node scripts/node
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build
# Keeps what Node loads: no development packages, compilers, types, or second module format.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/typescript node_modules/@typescript node_modules/.bin \
  && find node_modules -type d \( -name dist-es -o -name dist-types \) -prune -exec rm -rf {} + \
  && find node_modules -type f \( -name "*.d.ts" -o -name "*.d.mts" -o -name "*.d.cts" \
    -o -name "*.map" \) -delete \
  && mkdir bench

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /src/package.json /src/LICENSE /opt/assay/
COPY --from=build /src/bin /opt/assay/bin
COPY --from=build /src/dist /opt/assay/dist
COPY --from=build /src/scenarios /opt/assay/scenarios
COPY --from=build /src/node_modules /opt/assay/node_modules
COPY --from=build --chown=65532:65532 /src/bench /bench
# Results are stored in the working directory.
WORKDIR /bench
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "/opt/assay/bin/assay.mjs"]
CMD ["--help"]
