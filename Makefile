# octetgate: the contributing guide is `make` without a target.
#
# Everything lives in .venv, made from requirements/*.txt, which pin every
# package by hash.  Nothing below needs to be installed by hand: on a bare
# Debian or Ubuntu machine, as root, the targets fetch what is missing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
BENCH_NODE := .bench-node

define GUIDE
octetgate, in one screen

  make demo       make .venv, then show a PNG become a thumbnail and a JPEG stream through
  make test       fetch what tests need, then run the whole suite
  make check      format, lint, types, import contracts, docs, coverage of core
  make fuzz       look for inputs that break our languages and codecs, a minute for each
  make soak       100,000 invocations, and whether anything of them is left
  make deploys    a deployment a second for a minute under full load: no failed, no mixed answer
  make throttling 1,000 calls a second against a throttle of 100, over four workers
  make bench      measure against nginx, Envoy, Caddy and others; writes benchmarks/README.md

  make install    only .venv with octetgate in it
  make format     let ruff write the format that `make check` asks for
  make docs       build docs/_build/html
  make screenshots  take the pictures of the console that the documentation shows
  make assets     build what the console ships of others: htmx, CodeMirror, uPlot
  make coverage   core's branches covered by core's own tests
  make lock       resolve pyproject.toml into requirements/*.txt, with hashes
  make clean      remove what make made

To change something
  1. ARCHITECTURE.md says where things are; docs/reference/where-is-what.md is the index.
  2. Write the test whose name is the statement that is false today.  Make it true.
  3. Add changes/<issue>.<added|changed|fixed|removed|security>.md for readers who never see code.
  4. `make check test`, then one commit per idea.  CONTRIBUTING.md has the rest.
endef
export GUIDE

.PHONY: help
help:
	@printf '%s\n' "$$GUIDE"


# --- Setting up --------------------------------------------------------------------------------

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

$(BIN)/python:
	@requirements/make-venv $(VENV)

# The stamps are older than what they were made from when there is work to do.
$(VENV)/.installed: $(BIN)/python requirements/build.txt requirements/run.txt pyproject.toml
	@echo "Installing octetgate into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@requirements/localhost-names
# Compiled once here, or at every start where Python is told to write no bytecode.
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt
	@echo "Installing what tests and checks need into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: install
install: $(VENV)/.installed

# --- Running -----------------------------------------------------------------------------------

.PHONY: demo
demo: install
	@exec $(BIN)/octetgate demo

# Apache Velocity and Jayway's JsonPath, which ours are compared with; javac because the JVM
# compiles the question-asker itself.
JAVA_ORACLE := javac:default-jdk-headless /usr/share/java/velocity.jar:velocity \
    /usr/share/java/json-path.jar:libjsonpath-java

.PHONY: test
test: $(VENV)/.installed-dev
	@requirements/fetch-programs curl:curl openssl:openssl aws:awscli node:nodejs bwrap:bubblewrap cc:gcc chromium:chromium $(JAVA_ORACLE)
# A process for each core; the tests of one file stay together.
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(PYTEST_ARGS)

# Inputs nobody has tried before, for so many seconds each; the suite repeats a few known ones.
FUZZ_SECONDS ?= 60

.PHONY: fuzz
fuzz: $(VENV)/.installed-dev
	@HYPOTHESIS_PROFILE=new FUZZ_SECONDS=$(FUZZ_SECONDS) \
	    $(BIN)/python -m pytest tests/fuzz --numprocesses auto $(PYTEST_ARGS)

.PHONY: check
check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	requirements/console-assets --check
	$(MAKE) --no-print-directory docs coverage

.PHONY: format
format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The console's scripts of others, from the npm packages that requirements/console/ pins by hash.
.PHONY: assets
assets:
	@requirements/console-assets

.PHONY: screenshots
screenshots: $(VENV)/.installed-dev
	@requirements/fetch-programs chromium:chromium
	@$(BIN)/python -m tests.console.screenshots

.PHONY: docs
docs: $(VENV)/.installed-dev
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

.PHONY: coverage
coverage: $(VENV)/.installed-dev
	@requirements/fetch-programs $(JAVA_ORACLE)
	$(BIN)/python -m pytest tests/core -q --cov=octetgate.core --cov-branch --cov-fail-under=95

SOAK_CALLS ?= 100000

.PHONY: soak
soak: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.soak $(SOAK_CALLS)

DEPLOYS ?= 60

.PHONY: deploys
deploys: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.deploys $(DEPLOYS)

.PHONY: throttling
throttling: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.throttling

$(BENCH_VENV)/.installed: requirements/bench.txt
	@requirements/make-venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check --quiet \
	    install --require-hashes -r requirements/bench.txt
	@touch $@

# npm checks every package against the lock's hashes; none of their install scripts is needed.
$(BENCH_NODE)/.installed: benchmarks/node/package.json benchmarks/node/package-lock.json
	@requirements/fetch-programs node:nodejs npm:npm
	@mkdir -p $(BENCH_NODE) && cp benchmarks/node/*.json $(BENCH_NODE)
	@cd $(BENCH_NODE) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: bench
bench: bench-functions install $(BENCH_VENV)/.installed
	@requirements/fetch-programs nginx:nginx-light wrk:wrk
	$(BIN)/python benchmarks/passthrough.py --peers $(BENCH_VENV) $(BENCH_ARGS)
	$(BIN)/python benchmarks/cache.py
	$(BIN)/python benchmarks/payloads.py
	$(BIN)/python benchmarks/templates.py --peers $(BENCH_VENV)
	$(BIN)/python benchmarks/many_apis.py

.PHONY: bench-functions
bench-functions: install $(BENCH_VENV)/.installed $(BENCH_NODE)/.installed
	@requirements/fetch-programs wrk:wrk
	$(BIN)/python benchmarks/functions.py --node-peers $(BENCH_NODE)
	$(BIN)/python benchmarks/thumbnails.py --peers $(BENCH_VENV)


# --- Keeping -----------------------------------------------------------------------------------

.PHONY: lock
lock: $(VENV)/.installed-dev
	@requirements/lock $(BIN)/uv

.PHONY: clean
clean:
	rm -rf $(VENV) $(BENCH_VENV) $(BENCH_NODE) .console-assets docs/_build build dist htmlcov .coverage .coverage.*
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
