# The tasks of this repository. `make help` lists them.

# The compiler's folder comes first in PATH: Debian has another program called swift.
SWIFT_BIN := $(shell scripts/swift-path)
ifneq ($(SWIFT_BIN),)
export PATH := $(SWIFT_BIN):$(PATH)
endif

BINARY := .build/release/argentum

.DEFAULT_GOAL := help
.PHONY: help setup build run test torture bench documents smoke fuzz asan tsan format lint docs clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the Debian packages that are missing
	@scripts/setup

build: setup ## Build the release binary: .build/release/argentum
	swift build -c release --static-swift-stdlib --product argentum

run: build ## Build and start on http://127.0.0.1:8080; prints a sign-in link
	$(BINARY) serve

test: setup ## Run every test
	@scripts/test

torture: build ## Kills, power cuts, failing disks, hostile pictures and HTTP, in full: hours; needs root
	@scripts/setup --groups "build test torture"
	@scripts/torture/all

bench: build ## Measure against nginx, thumbor and the obvious recipe, and write docs/benchmarks.md; an hour of a quiet machine
	@scripts/setup --groups "build bench"
	@scripts/bench/run; ended=$$?; scripts/bench/report; exit $$ended

documents: ## Write docs/openapi.json and the columns of docs/formats/schema.md anew, from what is built
	@ARGENTUM_WRITE_DOCUMENTS=1 scripts/test --filter 'EndToEndTests.DocumentTests/openAPI|SchemaDocumentTests/sameColumns'

smoke: setup ## Fuzz every parser for a few seconds, from its corpus
	@scripts/fuzz/build --quick
	@scripts/fuzz/run --quick --seconds 5

fuzz: ## Fuzz every parser, 100 million executions each
	@scripts/fuzz/build
	@scripts/fuzz/run --runs 100000000

asan: build ## Run every test under AddressSanitizer and LeakSanitizer
	@scripts/sanitize/address

tsan: build ## Run every test under ThreadSanitizer
	@scripts/sanitize/thread

format: ## Write all Swift files in the house format
	swift format -i --parallel --recursive Package.swift Sources Tests Fuzz scripts/fuzz

lint: setup ## Check format, imports and house rules
	@scripts/check

docs: setup ## Write the reference of all modules to .build/docs
	@scripts/docs

clean: ## Remove everything that was built
	rm -rf .build
