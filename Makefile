# SPDX-License-Identifier: AGPL-3.0-or-later
#
# Every target works on a fresh Debian machine that has Go, Node, git and make; what else a target needs
# it installs. A part that is not in the tree yet (web/, cmd/zolal) is left out and named; once it is
# there its steps run and must pass.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS   += --no-print-directory

GO    ?= go
NPM   ?= npm
BIN   := bin
TOOLS := $(BIN)/tools
VERSION ?= $(shell v=$$(git describe --tags --match 'v[0-9]*' 2>/dev/null | sed 's/^v//' || true); \
	echo $${v:-0.0.0+$$(git rev-parse --short HEAD 2>/dev/null || echo unknown)})

WEB    := $(wildcard web/package.json)
SERVER := $(wildcard cmd/zolal/main.go)
E2E    := $(wildcard web/playwright.config.ts)
BENCH  := $(wildcard cmd/zolalbench/main.go)
PROTO  := $(wildcard proto/zolal/v1/*.proto)
# Built from source it would take longer than everything else that is built.
BUF     := web/node_modules/.bin/buf
MODULES := web/node_modules/.package-lock.json
# The contract as it was promised. It grows with every make generate, and what breaks it fails.
CONTRACT := proto/zolal.binpb

# The commit goes into the program where git can tell it, whatever GOFLAGS says.
VCS := $(shell git status --porcelain >/dev/null 2>&1 && echo auto || echo false)

export CGO_ENABLED ?= 0

# One simulation: its seed and number of steps. The benches: "full" for all. One fuzz target: its time.
SEED     ?= 1
STEPS    ?= 2000
FUZZTIME ?= 20s
SUITE    ?=
ONLY     ?=
# SQLite is C that was turned into Go, with locks of its own: watched, the tests of a store take five times the
# CPU (docs/testing.md), and what is looked for are races of ours. Only a package that makes no generic code of
# the standard library may be left out: the linker takes any copy, and locks that are not watched would look
# like races.
RACE := -race -gcflags='modernc.org/sqlite/lib=-race=false'
# Packages whose tests are too slow under the race detector to run whole on every submission.
RACE_SLOW := /internal/lint|/internal/sim|/cmd/|/proto/
# Those that leave a part of their tests out there. Both kinds run without the detector as well; what runs whole
# under it runs once (internal/lint holds this).
RACE_SHORT := /internal/testenv|/internal/gateway/native|/internal/store/sqlite
# No test is left out for something the machine lacks; 1 allows that.
export TESTS_MAY_SKIP ?= 0

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- build and run ----------------------------------------------------------------------------------

.PHONY: build
build: web ## build bin/zolal and bin/zolalbench, static, with the web app inside
	@mkdir -p $(BIN)
	$(if $(SERVER),$(GO) build -buildvcs=$(VCS) -o $(BIN)/zolal ./cmd/zolal,@echo "cmd/zolal is not here yet")
	$(if $(BENCH),$(GO) build -o $(BIN)/zolalbench ./cmd/zolalbench,@echo "cmd/zolalbench is not here yet")

.PHONY: run
run: build ## build everything and start a server on ./zolal-data; it prints the address to open
	$(BIN)/zolal serve --data ./zolal-data

.PHONY: web
web: $(if $(WEB),web/dist/index.html,) ## build the web app into web/dist

$(MODULES): web/package-lock.json
	$(NPM) ci --prefix web --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: $(MODULES) $(shell find web/src web/public web/index.html \
		web/vite.config.ts -type f 2>/dev/null)
	$(NPM) run --silent --prefix web build
	@touch $@

# --- tests ------------------------------------------------------------------------------------------

# Tests write much and keep nothing. Where there is ample room in memory they write there: what a test kills is
# a process, whose writes the system keeps, so the same is tested, and nobody waits for a disk. What the go
# command links for them lies there too: GOTMPDIR would move both.
ROOM := $(shell df -kP /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 10000000 {print "/dev/shm"}')
IN_MEMORY := $(if $(TMPDIR),,$(if $(ROOM),TMPDIR=$(ROOM)))

.PHONY: test
test: deps check build test-go test-race-and-web e2e ## everything: lint, Go, race, web, browsers
	@echo "make test: everything passed"

.PHONY: test-quick
test-quick: lint $(TOOLS)/versitygw $(TOOLS)/pebble ## lint, short Go tests, web unit tests: under two minutes
	$(IN_MEMORY) $(GO) test -short $$($(GO) list ./... | grep -v /internal/lint)
	$(if $(WEB),$(MAKE) $(MODULES) && TESTS_MAY_SKIP=1 $(NPM) run --prefix web test,)
	@echo "make test-quick: passed"

.PHONY: check
check: lint vet ## the house rules, go vet, staticcheck, buf lint and breaking; web types and style
	$(MAKE) $(TOOLS)/staticcheck
	$(TOOLS)/staticcheck ./...
	$(if $(PROTO),$(MAKE) $(MODULES) && $(BUF) lint && $(BUF) breaking --against $(CONTRACT),)
	$(if $(WEB),$(MAKE) check-web,)

.PHONY: lint
lint: ## the house rules alone
	$(GO) test -count=1 ./internal/lint

.PHONY: vet
vet:
	$(GO) vet ./...

.PHONY: check-web
check-web: $(MODULES)
	$(NPM) run --prefix web check
	$(NPM) run --prefix web lint

# The conversations wait more than they compute: they go first, beside the others, and more at once than there
# are cores.
FIRST := ./internal/testenv
AT_ONCE := -parallel 6

.PHONY: test-go
test-go: $(TOOLS)/versitygw $(TOOLS)/pebble ## the Go tests that are too long for the race detector
	$(GO) mod download
	$(IN_MEMORY) .ci/alone $(GO) test $(AT_ONCE) -timeout 15m $(FIRST) $$($(GO) list ./... | grep -E '$(RACE_SLOW)|$(RACE_SHORT)' | grep -v /internal/lint)

# Each leaves a core idle half of the time. What they say is not mixed.
.PHONY: test-race-and-web
test-race-and-web: $(TOOLS)/versitygw $(TOOLS)/pebble $(if $(WEB),$(MODULES),)
	$(MAKE) -j2 --output-sync=target test-race test-web

.PHONY: test-race
test-race: $(TOOLS)/versitygw $(TOOLS)/pebble ## all others, and the short ones of those, under it
	$(GO) mod download
	$(IN_MEMORY) CGO_ENABLED=1 .ci/alone $(GO) test $(RACE) $(AT_ONCE) -short -timeout 15m $(FIRST) $$($(GO) list ./... | grep -v -E '$(RACE_SLOW)')
	$(IN_MEMORY) CGO_ENABLED=1 $(GO) test $(RACE) $(AT_ONCE) -timeout 15m ./internal/testenv -run '^TestConv.*/^(twins|sqlite)$$/'
	$(IN_MEMORY) CGO_ENABLED=1 $(GO) test $(RACE) -timeout 15m ./internal/sim -run '^TestSimulation$$' -seeds 4 -steps 1000

.PHONY: test-web
test-web: $(if $(WEB),build,)
	$(if $(WEB),$(MAKE) $(MODULES) && $(IN_MEMORY) $(NPM) run --prefix web test,@echo "web/ is not here yet")

.PHONY: e2e
e2e: build ## the web app in a real Chromium on the real binary
	$(if $(E2E),.ci/deps chromium && $(IN_MEMORY) $(NPM) run --prefix web e2e,@echo "the browser tests are not here yet")

.PHONY: screenshots
screenshots: build ## the pictures of the README and of the reference anew: look at them before they are committed
	.ci/deps chromium && $(NPM) run --prefix web e2e -- --project=gallery reference --update-snapshots all

.PHONY: screens
screens: build ## every screen in four looks under web/test-results, to be looked at
	.ci/deps chromium && SCREENS=1 $(NPM) run --prefix web e2e -- --project=gallery screens

.PHONY: deps
deps: ## install what the tests need: a C compiler for -race, strace, ip, Chromium and fonts
	.ci/deps gcc ip strace $(if $(E2E),chromium,)

# --- longer runs ------------------------------------------------------------------------------------

.PHONY: sim
sim: ## one simulation, or many: make sim SEED=7 STEPS=2000 SEEDS=1000
	$(GO) test -count=1 -timeout 60m ./internal/sim -run TestSimulation -v -seed $(SEED) -steps $(STEPS) \
		$(if $(SEEDS),-seeds $(SEEDS),)

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME each, or all of them in TOTAL: make fuzz TOTAL=3m
	GO=$(GO) .ci/fuzz $(if $(TOTAL),total $(TOTAL),$(FUZZTIME))

.PHONY: bench
bench: build ## zolalbench's short suite, or all of it: make bench SUITE=full (or large, small)
	$(GO) test -run '^$$' -bench . -benchtime 1s ./...
	$(if $(and $(BENCH),$(SERVER)),.ci/bench $(BIN)/zolalbench $(BIN)/zolal $(SUITE),)

.PHONY: bench-web
bench-web: build ## the web app measured in a real Chromium on the real binary, or a part: make bench-web ONLY=chat
	$(if $(E2E),.ci/deps chromium && $(NPM) run --prefix web bench --silent -- $(ONLY),@echo "web/ is not here yet")

# --- generated code ---------------------------------------------------------------------------------

.PHONY: generate
generate: $(MODULES) $(TOOLS)/protoc-gen-go ## make the generated code again, with pinned tools
	$(if $(PROTO),$(BUF) breaking --against $(CONTRACT),)
	$(if $(PROTO),PATH="$(CURDIR)/$(TOOLS):$$PATH" $(BUF) generate --template buf.gen.yaml,)
	$(if $(PROTO),$(BUF) build --exclude-source-info -o $(CONTRACT),)
	$(if $(WEB),$(MAKE) $(MODULES) && $(BUF) generate --template buf.gen.web.yaml,)
	$(GO) generate ./...

.PHONY: check-generated
check-generated: ## make generate must change nothing
	.ci/unchanged $(MAKE) generate

# Each tool has a module file of its own, so that none of them decides a version for another or for us.
$(TOOLS)/protoc-gen-go: tools/protoc-gen-go.mod
	$(GO) build -modfile=tools/protoc-gen-go.mod -o $@ google.golang.org/protobuf/cmd/protoc-gen-go
$(TOOLS)/staticcheck: tools/staticcheck.mod
	$(GO) build -modfile=tools/staticcheck.mod -o $@ honnef.co/go/tools/cmd/staticcheck
$(TOOLS)/versitygw: tools/versitygw.mod
	$(GO) build -modfile=tools/versitygw.mod -ldflags '-s -w' -o $@ github.com/versity/versitygw/cmd/versitygw
$(TOOLS)/pebble: tools/pebble.mod
	$(GO) build -modfile=tools/pebble.mod -ldflags '-s -w' -o $@ github.com/letsencrypt/pebble/v2/cmd/pebble
$(TOOLS)/nfpm: tools/nfpm.mod
	$(GO) build -modfile=tools/nfpm.mod -o $@ github.com/goreleaser/nfpm/v2/cmd/nfpm

# --- release ----------------------------------------------------------------------------------------

.PHONY: release
release: web $(TOOLS)/nfpm ## the static binary and a Debian package in dist/
	@mkdir -p dist
	CGO_ENABLED=0 $(GO) build -buildvcs=$(VCS) -trimpath -ldflags '-s -w' -o dist/zolal ./cmd/zolal
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) VERSION=$(VERSION) ARCH=$$($(GO) env GOARCH) \
		$(TOOLS)/nfpm package -f packaging/nfpm.yaml -p deb -t dist/
	@ls -l dist
