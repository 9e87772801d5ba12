# The tools' versions; .ci/run uses the targets below, so they stand here alone.
GOLANGCI_LINT_VERSION := v2.15.0
GORELEASER_VERSION := v2.15.1
CYCLONEDX_VERSION := v1.10.0
HELM_VERSION := v3.22.0
KUBECONFORM_VERSION := v0.8.0
COSIGN_VERSION := v2.6.5

# Tools live outside the tree and are built once per version.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/featurebase-mcp
TOOLS := $(CACHE)/$(GOLANGCI_LINT_VERSION)
LINT := $(TOOLS)/golangci-lint
GORELEASER := $(CACHE)/goreleaser-$(GORELEASER_VERSION)/goreleaser
CYCLONEDX := $(CACHE)/cyclonedx-gomod-$(CYCLONEDX_VERSION)/cyclonedx-gomod
HELM := $(CACHE)/helm-$(HELM_VERSION)/helm
KUBECONFORM := $(CACHE)/kubeconform-$(KUBECONFORM_VERSION)/kubeconform
COSIGN := $(CACHE)/cosign-$(COSIGN_VERSION)/cosign
RELEASE_TOOLS := $(GORELEASER) $(CYCLONEDX) $(HELM)
WITH_RELEASE_TOOLS = PATH="$(subst $(eval) ,:,$(dir $^)):$$PATH"
BINARY := featurebase-mcp
BUILD := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w"
FUZZTIME := 30s
CORPUS := 24
ROUNDS := 3
SOAKTIME := 30m

# Where the build with the fixtures of the conformance suite differs from the product.
CONFORMANCE := ./internal/app ./internal/conformance

# Where the build that exports traces does.
TRACES := ./internal/cli ./internal/tracing

# Tests of the built program that take minutes: they are built with the tag blackbox.
BLACKBOX = ./internal/faults ./internal/hostile $(REPLICAS)

# Three processes with a real store, which measure rates: they run alone.
REPLICAS := ./internal/replicas

# Tests of what people do with the program and with the tree.
ACCEPTANCE := ./internal/cli ./packaging/...

.DEFAULT_GOAL := help
.PHONY: help owner notices drift build test blackbox replicas acceptance race race-jobs race-hostile otel vet tidy lint fmt interop conformance conformance-server release release-check version bench soak vuln fuzz corpora update ci clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

owner: ## Carry the names of packaging/owner.env through the tree
	go run ./packaging/owner

notices: ## Write THIRD_PARTY_NOTICES from the modules that are in the binaries
	go run ./packaging/notices

drift: ## Compare the API document with a downloaded one: make drift FILE=openapi.yaml
	go run ./internal/contract/drift $(FILE)

build: ## Build the static binary
	$(BUILD) -o $(BINARY) .

test: ## Run the tests
	go test ./...

blackbox: ## Run the built program against an API and clients that do everything wrong
	go test -tags blackbox -timeout 30m $(filter-out $(REPLICAS),$(BLACKBOX))

replicas: ## Run three replicas with a balancer and a store that fails (redis-server)
	go test -tags blackbox -timeout 10m $(REPLICAS)

acceptance: ## Run what people type with the built program, from the scripts in internal/cli/testdata/scripts, and build a tree with an owner's names
	go test -tags acceptance -run 'TestScripts|TestAnOwnedTreeBuilds|TestABinaryHoldsWhatIsListed' $(ACCEPTANCE)

# Packages that do several things at once, or whose tests do, without those of the jobs. Elsewhere there is nothing to race; what these packages call of the others is watched with them.
CONCURRENT = $(shell grep -rlE --include='*.go' --exclude-dir=interop --exclude-dir=bench --exclude-dir=faults --exclude-dir=hostile --exclude-dir=workflow \
	'^\s*go [a-z]+|\.Go\b|make.chan |sync\.(RWMutex|Mutex|WaitGroup|Cond|Map|Pool)|"sync/atomic"|golang\.org/x/sync' . | xargs -n1 dirname | sort -u)

# Tests that send more texts through what others run already: the detector would read the same again for minutes.
REPEATED = HostileTextsDoNotFillTheQueue|HostileArticlesFitAnAnswer|WhoWaitsIsAffordable|ALongQueueHasNoGap|TheQueueIsResumedWhereItStopped|TheJobsOfTheDocsAreFresh|$(strip \
	)SimilarPostsAreFound|DuplicatesAreFound|ContradictingKnowledgeIsFound|TrainingFromWhatSupportIsLike|QuestionsThatAskTheSame|AnyTextCanBeCompared|HiddenTextIsASignInTriage|$(strip \
	)ReceiptsShowWhatIsStored|HiddenTextIsNamedInEveryView|ALinkOrASlugDoesWhatTheIDDoes|TextIsWholeOrCutWithAWord

# Packages of which the detector sees too little for its time: declarations, whose examples make every tool and job do what it does, and the reader of HTML.
ONCE := ./tools ./internal/markup

race: ## Run the tests with the race detector
	RAPID_CHECKS=10 go test -race -timeout 20m -skip '$(REPEATED)' $(filter-out $(ONCE),$(CONCURRENT))
	go test -race -timeout 20m -run ExamplesAreAnswered ./tools

race-jobs: ## Run the tests of the jobs with the race detector; CI has no time for them, and meets each job in the sweep of examples of ./tools
	RAPID_CHECKS=10 go test -race -timeout 20m -skip '$(REPEATED)' ./tools/workflow

race-hostile: ## Run hostile clients against a program that is built with the race detector; CI has no time for it besides make blackbox
	go test -race -tags blackbox -timeout 30m ./internal/hostile

otel: ## Check the build that exports traces
	go vet -tags otel ./...
	go test -tags otel -run Traced ./internal/cli

vet:
	go vet ./...
	go vet -tags conformance $(CONFORMANCE)
	go vet -tags blackbox $(BLACKBOX)
	go vet -tags acceptance $(ACCEPTANCE)
	cd interop/gosdk && go vet ./...
	cd packaging/image && go vet ./...

tidy:
	go mod tidy -diff
	cd interop/gosdk && go mod tidy -diff
	cd packaging/image && go mod tidy -diff

$(LINT):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

lint: $(LINT) ## Check layers, style and formats
	$(LINT) fmt --diff
	$(LINT) run ./...
	$(LINT) run --build-tags conformance $(CONFORMANCE)
	$(LINT) run --build-tags otel $(TRACES)
	$(LINT) run --build-tags blackbox $(BLACKBOX)
	$(LINT) run --build-tags acceptance $(ACCEPTANCE)

fmt: $(LINT) ## Format
	$(LINT) fmt

interop: ## Run real clients against the real binary (npm)
	cd interop && npm ci && (cd hosts && npm ci) && npm test

conformance: ## Run the conformance suites of the protocol ROUNDS times (npm)
	cd interop/conformance && npm ci && ROUNDS=$(ROUNDS) npm test

conformance-server: ## Serve what the conformance suites call on a free port, and print where
	go build -tags conformance -o $(TOOLS)/conformance-server .
	@exec $(TOOLS)/conformance-server http --sandbox --toolsets=all --addr=127.0.0.1:0 # instead of go run, so that what ends make ends it, too

$(GORELEASER):
	GOBIN=$(@D) CGO_ENABLED=0 go install github.com/goreleaser/goreleaser/v2@$(GORELEASER_VERSION)
$(CYCLONEDX):
	GOBIN=$(@D) CGO_ENABLED=0 go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX_VERSION)
$(HELM):
	GOBIN=$(@D) CGO_ENABLED=0 go install helm.sh/helm/v3/cmd/helm@$(HELM_VERSION)
$(KUBECONFORM):
	GOBIN=$(@D) CGO_ENABLED=0 go install github.com/yannh/kubeconform/cmd/kubeconform@$(KUBECONFORM_VERSION)
$(COSIGN):
	GOBIN=$(@D) CGO_ENABLED=0 go install github.com/sigstore/cosign/v2/cmd/cosign@$(COSIGN_VERSION)

release-check: $(RELEASE_TOOLS) $(KUBECONFORM) ## Build what a release has without a tag, and try each part of it (npm)
	$(WITH_RELEASE_TOOLS) packaging/check/run $(CHECK)

release: $(RELEASE_TOOLS) $(if $(COSIGN_KEY),$(COSIGN)) ## Make the release of the tag that is checked out; packaging/README.md tells what it needs (npm)
	$(WITH_RELEASE_TOOLS) packaging/build/release

version: ## Put VERSION, that of the next release, into what hosts read from the repository itself
	node packaging/build/stamp.mjs --version=$(VERSION) --tree=.

bench: ## Measure the built binary beside the least that a server on mcp-go can be
	go test -run '^$$' -bench . -benchtime 1x -timeout 1h ./bench

soak: ## Run mixed calls with faults for SOAKTIME, and see that nothing grows and no write is lost or doubled
	go test -run TestSoak -v -timeout 0 ./bench/soak -soak $(SOAKTIME)

vuln: ## Look for known vulnerabilities in what the program calls (needs https://vuln.go.dev)
	go run golang.org/x/vuln/cmd/govulncheck@latest ./...

fuzz: ## Fuzz each target for FUZZTIME
	@set -e; for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

corpora: ## Keep the last CORPUS inputs that fuzzing found of each target
	@set -e; for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			found=$$(go env GOCACHE)/fuzz/$$package/$$target kept=$$(go list -f '{{.Dir}}' $$package)/testdata/fuzz/$$target; \
			[ -d $$found ] || continue; \
			mkdir -p $$kept; \
			ls -t $$found | head -n $(CORPUS) | while read -r input; do cp $$found/$$input $$kept/; done; \
		done; \
	done

update: ## Rewrite the golden files
	.ci/update

ci: ## Everything that has to pass
	.ci/run

clean: ## Remove what was built
	rm -rf $(BINARY) dist packaging/made packaging/node_modules interop/node_modules interop/hosts/node_modules interop/conformance/node_modules
