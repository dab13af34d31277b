# The two commands: `make demo` and `make test`. Both set up a private .venv first; it needs Python >= 3.11 and make.
# `make PYTHON=/path/to/python3.12 …` chooses another interpreter.
SHELL := /bin/sh
.SUFFIXES:
.NOTPARALLEL:
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/.ready
PYTEST := $(BIN)/pytest
CANDIDATES := python3.13 python3.12 python3.11 python3
# ensurepip is asked for because some systems ship Python without it, and a .venv needs it
PYTHON ?= $(shell for one in $(CANDIDATES); do \
	if $$one -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$one; break; fi; done)

.PHONY: help setup demo test lint types contracts unit slow browser chromium bench docs lock clean

help: ## Say what there is to make
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

setup: $(READY) ## Prepare .venv (every target does this when it must)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { \
		echo "error: found no Python >= 3.11 with its venv module (looked for: $(CANDIDATES))" >&2; \
		echo "       install one (on Debian: python3 and python3-venv), or say make PYTHON=/path/to/python" >&2; \
		exit 1; }
	@echo "setup: .venv with $(PYTHON), everything at the pins and hashes of requirements.lock"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## Start the whole story: company, local Slack, agent (make demo ARGS="--headless")
	@$(BIN)/placet demo $(ARGS)

test: lint types contracts unit ## What must be green before a change goes in

lint: $(READY) ## Style and formatting
	@echo "lint: ruff"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "lint: not formatted; run $(BIN)/ruff format" >&2; exit 1; }

types: $(READY) ## Types, strictly, over src, rooms, tests and benchmarks
	@echo "types: mypy --strict"
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python tests/unit/house/measures.py

contracts: $(READY) ## Who may import whom
	@echo "contracts: import-linter"
	@out=$$($(BIN)/lint-imports) || { printf '%s\n' "$$out" >&2; exit 1; }; printf '%s\n' "$$out" | grep '^Contracts:'

unit: $(READY) # the fast tests: everything but `slow` and `browser`
	@echo "tests: pytest, without slow and browser"
	@$(PYTEST) $(ARGS)

slow: $(READY) ## Tests that take their time: empty environments, real processes
	@echo "slow: pytest -m slow"
	@$(PYTEST) -m "slow and not browser" $(ARGS)

browser: $(READY) chromium ## Drive the local Slack page with the system's Chromium
	@if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; then \
		echo "browser: pytest tests/browser"; $(PYTEST) -m browser $(ARGS); \
	else \
		echo "NOT RUN: tests/browser (no Chromium here, and it may not be installed: needs root and apt-get)"; \
	fi

chromium: # from the system's packages, where that is allowed
	@if ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1 \
		&& test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1; then \
		echo "browser: installing Chromium from the system's packages"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null \
			|| echo "browser: Chromium could not be installed"; \
	fi

bench: $(READY) ## The cost of one governed write, beside plain LangGraph
	@echo "bench: one governed write beside plain LangGraph with the same saver"
	@$(BIN)/python -m benchmarks.governed_write $(ARGS)

docs: $(READY) ## Check the documentation: links, commands, examples, names of tests
	@echo "docs: links, commands, examples, names of tests"
	@$(PYTEST) tests/unit/house/test_docs.py $(ARGS)

lock: $(READY) ## Write requirements.lock anew from pyproject.toml
	@echo "lock: requirements.lock for every supported Python and platform"
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --all-extras \
		--group dev pyproject.toml --output-file requirements.lock --python-version 3.11

clean: ## Remove .venv, caches and what the demo left
	@echo "clean: .venv, caches, .placet, test-results"
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .placet dist build test-results
	@find src tests tools graphs benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
