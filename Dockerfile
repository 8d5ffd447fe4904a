# dpamt in a container. It needs a network to be built and none to run:
#
#     docker build --tag dpamt .
#     docker run --rm --network none dpamt check
#     docker run --rm --network none --interactive dpamt check - < tdx.c
#     docker run --rm --network none --volume "$PWD:/work:ro" dpamt check arch/x86/virt/vmx/tdx/tdx.c
FROM node:22-slim AS build
WORKDIR /build
COPY . .
# No package needs its install script, and one would ask for a compiler.
RUN npm ci --ignore-scripts --no-audit --no-fund \
  && npm run build \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /opt/dpamt
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
# Files of the user's are named relative to this folder.
WORKDIR /work
USER node
ENTRYPOINT ["node", "/opt/dpamt/dist/cli/main.js"]
CMD ["--help"]
