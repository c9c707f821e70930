# What can be done here. Every target sets up what it needs, and does so once.
#
#   make demo ARGS="--for 60s"      pass arguments on
#   make test JOBS=4 ARGS="-k burn" more processes, fewer tests
#   PYTHON=python3.12 make test     another Python, from 3.11 on

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

JOBS ?= 2
ARGS ?=
BIN := .venv/bin
LOCUST := $(CURDIR)/.venv-load/bin/locust
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

.PHONY: help
help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/.set-up ## Watch five systems at play, through a real Prometheus
	@scripts/install-debian prometheus
	@$(BIN)/slowatch demo $(ARGS)

.PHONY: test
test: .venv/.set-up ## Run the tests, with real parts, but for the slow ones
	@scripts/install-debian prometheus postgresql alertmanager chromium
	@$(PYTEST) -m "not slow" $(ARGS)

.PHONY: test-slow
test-slow: .venv/.set-up .venv-load/.set-up ## Run the slow tests alone
	@scripts/install-debian prometheus postgresql alertmanager chromium buildah debootstrap
	@$(PYTEST) -m slow $(ARGS)

.PHONY: test-all
test-all: .venv/.set-up .venv-load/.set-up ## Run all tests
	@scripts/install-debian prometheus postgresql alertmanager chromium buildah debootstrap
	@$(PYTEST) $(ARGS)

.PHONY: check
check: .venv/.set-up ## Lint, types, layers, specs, docs, lock files and their audit, rules, dashboards, scripts, the wheel
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/slowatch validate rules/ --strict
	$(BIN)/python scripts/docs.py --check
	scripts/lock --check
	$(BIN)/python scripts/audit.py
	@scripts/install-debian prometheus
	scripts/check-rules
	scripts/check-dashboards
	scripts/check-shell
	scripts/check-wheel

.PHONY: format
format: .venv/.set-up ## Format the code, and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: docs
docs: .venv/.set-up ## Generate the pages that are made from code
	$(BIN)/python scripts/docs.py

.PHONY: golden
golden: .venv/.set-up ## Render the golden rule files anew; read the difference before you commit
	$(BIN)/python -m tests.render.golden

.PHONY: dashboards
dashboards: .venv/.set-up ## Render the dashboards of the packs anew
	scripts/check-dashboards --write

.PHONY: lock
lock: .venv/.set-up ## Bring the lock files in step with pyproject.toml
	scripts/lock

.PHONY: bench
bench: .venv/.set-up ## Measure what a slot costs, what the daemon takes, and what rules do
	@scripts/install-debian prometheus
	$(BIN)/python -m benchmarks.tick
	$(BIN)/python -m benchmarks.capacity
	$(BIN)/python -m benchmarks.api
	$(BIN)/python -m benchmarks.rendering
	$(BIN)/python -m benchmarks.rules

.PHONY: load
load: .venv/.set-up .venv-load/.set-up ## Let a thousand clients read the API and the page for a minute
	@scripts/install-debian prometheus
	$(BIN)/python -m benchmarks.load --locust "$(LOCUST)"

.PHONY: acceptance
acceptance: .venv/.set-up .venv-load/.set-up ## Play the five systems under load, healthy and ill, and judge every requirement
	@scripts/install-debian prometheus
	@$(BIN)/python -m tests.acceptance --locust "$(LOCUST)" $(ARGS)

.PHONY: clean
clean: ## Remove the environment and all caches
	rm -rf .venv .venv-load dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

.venv/.set-up: requirements-dev.lock pyproject.toml scripts/set-up
	@scripts/set-up
	@touch $@

# Locust has an environment of its own: what it needs is none of slowatch's business.
.venv-load/.set-up:
	@test -x "$(LOCUST)" || { "$${PYTHON:-python3}" -m venv .venv-load && .venv-load/bin/pip install --quiet 'locust>=2.47,<3'; }
	@touch $@
