# make run and make test do all the set-up; the rest is for whoever works on it.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS  = -s -w -X main.released=$(VERSION)
FUZZTIME ?= 60s

# What the browser tests judge accessibility with: its version and content.
AXE     = 4.14.1
AXE_SUM = 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
AXE_JS  = .cache/axe/node_modules/axe-core/axe.min.js

.PHONY: run build assets release release-check test test-snippets lint lint-content bench vuln fuzz browser install clean

run: build ## build, and serve the shipped library on :8080
	./bin/siteerror serve

assets: ## web/built of web/static
	$(GO) run ./cmd/assets

build: assets ## a static binary in bin/, its version stamped
	CGO_ENABLED=0 $(GO) build -trimpath -tags nomsgpack -ldflags '$(LDFLAGS)' -o bin/siteerror ./cmd/siteerror

release: ## archives for every platform in dist/, with checksums and bills of materials
	$(GO) run ./cmd/release -version '$(VERSION)'

release-check: release ## the release once more, in another folder and from nothing, and compare
	@tmp=$$(mktemp -d) && trap 'rm -rf "$$tmp"' EXIT && git clone -q . "$$tmp/elsewhere" && cd "$$tmp/elsewhere" && \
	  GOCACHE="$$tmp/cache" $(GO) run ./cmd/release -version '$(VERSION)' >/dev/null && diff dist/SHA256SUMS '$(CURDIR)/dist/SHA256SUMS' && echo "the same bytes, twice"

test: browser ## everything, the browser tests included
	$(GO) test -vet=off -race -timeout 20m ./... # vet is a part of lint
	.ci/spell

test-snippets: ## runs the library's snippets in their frameworks, which it installs; needs a network the first time
	$(GO) test -v -count=1 -tags snippets -timeout 40m -parallel 2 ./internal/snippets

lint: ## formatting, vet and staticcheck
	@unformatted=$$(gofmt -l cmd content index internal web); if [ -n "$$unformatted" ]; then echo "gofmt -w these:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet -tags snippets ./...
	$(GO) tool staticcheck -tags snippets ./...

lint-content: ## of test, what holds the content: links, examples, quotations, tone, reading level, spelling
	$(GO) run ./cmd/siteerror check --builtin=false content
	$(GO) test ./internal/library -run 'Prose|Unique|Quotations|GetWrong'
	.ci/spell

bench: build ## search, suggest, index build, pages; then against Bleve as it comes and SQLite's FTS5, with the goals
	$(GO) test -run '^$$' -bench . -benchmem ./index ./internal/server ./internal/diagnose
	cd internal/bench && export GOFLAGS=-mod=mod && $(GO) test -run '^$$' -bench . -benchmem . && $(GO) run . -siteerror $(CURDIR)/bin/siteerror $(BENCHFLAGS)

vuln: ## known vulnerabilities of what we build on; needs a network
	$(GO) run golang.org/x/vuln/cmd/govulncheck@latest ./...

fuzz: ## every fuzz target for FUZZTIME
	@for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; done; done

browser: $(AXE_JS) ## what the browser tests need: Chromium and axe-core
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  $(MAKE) --no-print-directory install PKG=chromium FOR="the browser tests" || { echo "the browser tests need Chromium: install the package chromium"; exit 1; }

$(AXE_JS):
	@command -v npm >/dev/null || $(MAKE) --no-print-directory install PKG=npm APT=--no-install-recommends FOR="axe-core, which judges accessibility" || \
	  { echo "the browser tests need axe-core, which comes by npm: install the package npm"; exit 1; }
	@mkdir -p .cache/axe
	npm install --prefix .cache/axe --no-save --no-audit --no-fund --ignore-scripts axe-core@$(AXE)
	@echo "$(AXE_SUM)  $@" | sha256sum --check --quiet || { rm -f $@; exit 1; }

install: # Debian's package PKG, for FOR
	@echo "installing $(PKG) for $(FOR)"
	@sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(APT) $(PKG)

clean:
	rm -rf bin dist
