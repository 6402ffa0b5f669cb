# A static binary and nothing else. It needs no writable disk and no network.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make build VERSION=container

FROM scratch
COPY --from=build /src/bin/siteerror /siteerror
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/siteerror"]
CMD ["serve", "--addr", ":8080"]
