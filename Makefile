# The project's commands. CMake and its presets do the building; this sets the machine up first.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

JOBS ?= $(shell nproc)
TEST_JOBS ?= 2
# Where `make tidy` starts to look for changes: any commit, e.g. BASE=HEAD~3.
BASE ?= HEAD
FUZZ_SECONDS ?= 60
BUILD_INPUTS := CMakePresets.json CMakeLists.txt src/CMakeLists.txt $(wildcard cmake/*)

# Builds preset $(1), its target $(2), then names the slowest of the files it compiled.
define build
started=$$(date +%s.%N); \
cmake --build build/$(1) --parallel $(JOBS) --target $(2); \
.venv/bin/python scripts/slowest_files.py build/$(1) --since "$$started"
endef

.PHONY: help
help:  ## List these commands
	@sed -nE 's/^([a-z-]+):.*  ## (.*)$$/make \1\t\2/p' Makefile | expand -t 22

.PHONY: demo
demo: bootstrap  ## Build the release binary and run the main job; RESUME=1 goes on from its checkpoint
	@$(MAKE) --silent --no-print-directory build/release/build.ninja
	@$(call build,release,firesteel)
	@build/release/firesteel demo --directory build/demo $(if $(filter 1,$(RESUME)),--resume)

.PHONY: test
test: bootstrap  ## Build and pass all tests (address and undefined-behaviour sanitizers)
	@$(MAKE) --silent --no-print-directory build/test/build.ninja
	@$(call build,test,all)
	@ctest --test-dir build/test --output-on-failure --no-tests=error -j $(TEST_JOBS)

.PHONY: install-test
install-test: bootstrap  ## Install the library and build and run a program outside the tree against it
	@$(MAKE) --silent --no-print-directory build/test/build.ninja
	@$(call build,test,all)
	@ctest --test-dir build/test --output-on-failure --no-tests=error -R '^install_test$$'

.PHONY: header-check
header-check: bootstrap  ## Compile every header by itself
	@$(MAKE) --silent --no-print-directory build/test/build.ninja
	@$(call build,test,firesteel_header_check)

.PHONY: tsan
tsan: bootstrap  ## Build and pass all tests under the thread sanitizer
	@$(MAKE) --silent --no-print-directory build/tsan/build.ninja
	@$(call build,tsan,all)
	@ctest --test-dir build/tsan --output-on-failure --no-tests=error -j $(TEST_JOBS)

.PHONY: fuzz
fuzz:  ## Build the fuzzers and run each for FUZZ_SECONDS (60)
	@scripts/bootstrap --with-clang
	@$(MAKE) --silent --no-print-directory build/fuzz/build.ninja
	@$(call build,fuzz,firesteel_fuzzers)
	@scripts/run_fuzzers build/fuzz $(FUZZ_SECONDS)

.PHONY: bench
bench: bootstrap  ## Build and run the benchmarks
	@$(MAKE) --silent --no-print-directory build/bench/build.ninja
	@$(call build,bench,firesteel_benchmarks)
	@scripts/run_benchmarks build/bench

.PHONY: tidy
tidy:  ## Run clang-tidy on the files changed since BASE (HEAD)
	@scripts/bootstrap --with-clang
	@$(MAKE) --silent --no-print-directory build/tidy/build.ninja
	@cmake --build build/tidy --target firesteel_connect_sources
	@scripts/tidy build/tidy $(BASE)

.PHONY: bootstrap
bootstrap:  ## Install what the build needs: Debian packages, .venv
	@scripts/bootstrap

.PHONY: clean
clean:  ## Remove everything built (.venv stays)
	@rm -rf build

# Configures a preset again when anything changes that ninja cannot see.
build/%/build.ninja: $(BUILD_INPUTS) .venv/firesteel.stamp
	@mkdir -p build
	@cmake --preset $* >build/configure-$*.log 2>&1 || \
		{ tail -n 20 build/configure-$*.log >&2; echo "make: configuring preset $* failed, see build/configure-$*.log" >&2; exit 1; }
	@touch $@

# Written by scripts/bootstrap, which every command runs first.
.venv/firesteel.stamp: ;
