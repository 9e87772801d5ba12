# The image holds the static binary, the CA certificates and the licences, and nothing else: no shell, no package manager, no root.
# .ci/chroot proves it without an engine: it reads the RUN of the build and the COPY, USER and ENTRYPOINT of the image from here.

FROM --platform=$BUILDPLATFORM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION=dev
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags "-s -w -X featurebase-mcp/internal/cli.release=$VERSION" -o featurebase-mcp .

FROM scratch
ARG VERSION=dev SOURCE="" SERVER_NAME=local/featurebase-mcp
LABEL org.opencontainers.image.title="featurebase-mcp" \
      org.opencontainers.image.description="MCP server for Featurebase: feedback, changelogs, help center, inbox and contacts for AI assistants" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.licenses="MIT" \
      io.modelcontextprotocol.server.name="$SERVER_NAME"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/LICENSE /licenses/LICENSE
COPY --from=build /src/THIRD_PARTY_NOTICES /licenses/THIRD_PARTY_NOTICES
COPY --from=build /src/featurebase-mcp /featurebase-mcp
USER 65532:65532
ENTRYPOINT ["/featurebase-mcp"]
