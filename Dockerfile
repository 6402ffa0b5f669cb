# A static binary and the certificates of public authorities, which the URL
# checker needs; nothing else. It needs no writable disk and no network.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=container
RUN make build VERSION=$VERSION

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/bin/siteerror /siteerror
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["/siteerror", "ready"]
ENTRYPOINT ["/siteerror"]
CMD ["serve"]
