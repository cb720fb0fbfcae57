# Everything that a developer does here. `make help` lists the targets.
# Variables: PYTHON=python3.12 (which Python makes .venv), PORT=8000 (run), JOBS=2 (processes of pytest), TESTS=tests/unit
# DATABASE_URL and REDIS_URL are used where they are set; without them an embedded PostgreSQL and local memory serve.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

PORT ?= 8000
JOBS ?= 2
# `make test` runs all tests but these, which start servers, break networks and databases, or drive a browser.
SLOW_TESTS := $(wildcard $(addprefix tests/,browser concurrency containers faults migration model mounted plans security server))
TESTS ?= $(filter-out tests/__pycache__ $(SLOW_TESTS),$(patsubst %/,%,$(wildcard tests/*/)))
SIZE ?= 1
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.requirements-installed
PROVE_STAMP := $(VENV)/.prove-requirements-installed
BENCH_STAMP := $(VENV)/.bench-requirements-installed
UV := .data/uv/bin/uv
SOURCES := scorer_v2 apps settings tools tests deploy manage.py
OPENAPI := docs/openapi.json
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=settings.test
EXPORT = $(TEST_SETTINGS) $(BIN)/python manage.py export_openapi_schema --skip-checks --api scorer_v2.api.api --indent 2 --sorted

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Set up ---------------------------------------------------------------------------------------------------------------
.PHONY: setup
setup: $(STAMP) ## Make .venv with the locked requirements (done by the others when needed)

$(STAMP): requirements-dev.txt
	@python=$$(.ci/find-python $(PYTHON)); \
	echo "Setting up $(VENV) with $$($$python --version) ..."; \
	$$python -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(PROVE_STAMP): requirements-prove.txt | $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-prove.txt
	@touch $@

$(UV):
	@python=$$(.ci/find-python $(PYTHON)); $$python -m venv .data/uv
	@.data/uv/bin/python -m pip install --quiet --disable-pip-version-check uv

.PHONY: lock
lock: $(UV) ## Pin all requirements of pyproject.toml, with hashes (UPGRADE=1: to their newest versions)
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		$(if $(UPGRADE),--upgrade) --output-file requirements.txt pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		$(if $(UPGRADE),--upgrade) --constraint requirements.txt --extra dev --output-file requirements-dev.txt pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		--constraint requirements-dev.txt --extra otel --output-file requirements-otel.txt pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		$(if $(UPGRADE),--upgrade) --constraint requirements-dev.txt --extra prove --output-file requirements-prove.txt pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		--constraint requirements-dev.txt --extra bench --output-file requirements-bench.txt pyproject.toml

# Run ------------------------------------------------------------------------------------------------------------------
.PHONY: run
run: $(STAMP) ## Serve with demo data, score one address, keep serving until Ctrl-C (PORT=8000)
	@DJANGO_SETTINGS_MODULE=settings.dev $(BIN)/python manage.py run_demo --port $(PORT)

# Test -----------------------------------------------------------------------------------------------------------------
.PHONY: test
test: ## Format, lint, types, layers, migrations, API description, and the tests of every day
	@$(MAKE) format-check lint typecheck layers migrations schema-check pytest

.PHONY: test-all
test-all: ## `make test`, then the tests that start servers, break things, or drive a browser (what CI runs)
	@$(MAKE) test
	@$(MAKE) pytest TESTS="$(SLOW_TESTS)"

.PHONY: pytest
pytest: $(STAMP) ## The tests alone (TESTS=tests/unit JOBS=2)
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadgroup $(TESTS)

.PHONY: test-matrix
test-matrix: $(STAMP) ## The tests on the embedded PostgreSQL, then on DATABASE_URL where it is set
	env -u DATABASE_URL $(MAKE) pytest
	@if [ -n "$${DATABASE_URL:-}" ]; then $(MAKE) pytest; else echo "DATABASE_URL is not set: embedded PostgreSQL only."; fi

.PHONY: format
format: $(STAMP) ## Format the code and sort its imports
	$(BIN)/ruff check --quiet --select I --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

.PHONY: format-check
format-check: $(STAMP) ## Is everything formatted?
	$(BIN)/ruff format --check $(SOURCES)

.PHONY: lint
lint: $(STAMP) ## Lint
	$(BIN)/ruff check $(SOURCES)

.PHONY: typecheck
typecheck: $(STAMP) ## Check the types
	$(BIN)/mypy

.PHONY: layers
layers: $(STAMP) ## Does every layer import only what it may?
	$(BIN)/lint-imports

.PHONY: migrations
migrations: $(STAMP) ## Do models and migrations agree?
	$(TEST_SETTINGS) $(BIN)/python manage.py makemigrations --check --dry-run --skip-checks

.PHONY: schema
schema: $(STAMP) ## Write the API's description to docs/openapi.json
	$(EXPORT) > $(OPENAPI).new
	mv $(OPENAPI).new $(OPENAPI)

.PHONY: schema-check
schema-check: $(STAMP) ## Is docs/openapi.json what the API describes?
	$(EXPORT) | diff $(OPENAPI) - || { echo "The API has changed: run make schema and commit $(OPENAPI)."; exit 1; }

.PHONY: test-newest-django
test-newest-django: .data/newest/.installed ## The tests on the newest Django that this Python allows, beside the LTS
	.data/newest/bin/python -m django --version
	.data/newest/bin/python -m pytest --numprocesses $(JOBS) --dist loadgroup $(TESTS)

.data/newest/.installed: requirements-dev.txt
	@python=$$(.ci/find-python $(PYTHON)); $$python -m venv .data/newest
	@.data/newest/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@.data/newest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade django
	@touch $@

.PHONY: screenshots
screenshots: $(BENCH_STAMP) ## Take the pictures of the admin site in docs/images anew, by the tests in a browser
	SCREENSHOTS=docs/images $(BIN)/python -m pytest --numprocesses 0 tests/browser

# Measure --------------------------------------------------------------------------------------------------------------
.PHONY: measure
measure: $(STAMP) ## What a score costs: database, verification and the rest, for 0 to 100 stamps
	DJANGO_SETTINGS_MODULE=settings.test $(BIN)/python -m tools.load.measure_score

.PHONY: measure-admin-site
measure-admin-site: $(STAMP) ## What the admin site's lists and uploads cost on 1,000,000 rows, in the database DATABASE_URL
	$(TEST_SETTINGS) $(BIN)/python -m tools.load.measure_admin_site

.PHONY: measure-recalculation
measure-recalculation: $(STAMP) ## Passports a second of recalculate_scores, stopped and gone on, in the database DATABASE_URL
	$(TEST_SETTINGS) $(BIN)/python -m tools.load.measure_recalculation $(RECALCULATION)

# Prove ----------------------------------------------------------------------------------------------------------------
.PHONY: prove
prove: $(PROVE_STAMP) ## Attack the running service for some minutes and report (SIZE=1 SEED=... SECTION=...); docs/proofs.md
	$(TEST_SETTINGS) $(BIN)/python -m tools.prove --size $(SIZE) $(addprefix --seed ,$(SEED)) $(addprefix --section ,$(SECTION))

.PHONY: mutants
mutants: $(PROVE_STAMP) ## Change the scoring core in 2,000 ways: do its tests notice?
	$(BIN)/mutmut run --max-children $(JOBS)
	@$(BIN)/mutmut results

.PHONY: sbom
sbom: $(PROVE_STAMP) ## Write what the product consists of to .data/sbom.json (CycloneDX)
	@mkdir -p .data
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible \
		--output-format JSON --output-file .data/sbom.json requirements.txt

.PHONY: bench
bench: $(BENCH_STAMP) ## Load, latency and cost of every endpoint on 1,000,000 stamps (SHORT=1: some; COMPARE=FILE: what is slower)
	@$(BIN)/python -m tools.bench $(if $(SHORT),--short) $(if $(LONG),--long) $(if $(COMPARE),--compare $(COMPARE)) $(BENCH)

.PHONY: bench-publish
bench-publish: $(BENCH_STAMP) ## Put the last run's tables, plots and plans into docs/performance.md
	@$(BIN)/python -m tools.bench.publishing

$(BENCH_STAMP): requirements-bench.txt $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

# Clean ----------------------------------------------------------------------------------------------------------------
.PHONY: clean
clean: ## Remove .venv, caches, the demo's and the tests' data (stops the embedded PostgreSQL)
	-@if [ -x $(BIN)/python ]; then $(BIN)/python -m tools.embedded_postgres remove; $(BIN)/python -m tools.bench.cluster; fi
	rm -rf .data mutants $(VENV) staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
