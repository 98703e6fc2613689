# Two commands do everything on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A filesystem mirror of the AWS provider, where this machine has one; else Terraform asks its registry.
ifneq ($(filter test soak demo-aws bench plans,$(MAKECMDGOALS)),)
ifndef GUARDIAN_PROVIDER_MIRROR
export GUARDIAN_PROVIDER_MIRROR := $(shell find / -xdev \( -path /proc -o -path /sys \) -prune -o -type f -name 'terraform-provider-aws_*' -path '*/registry.terraform.io/hashicorp/aws/*' -print -quit 2>/dev/null | sed 's|/registry.terraform.io/.*||')
endif
endif

.PHONY: help setup fmt check test soak demo demo-aws bench plans lock clean
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## Create the virtual environment from the lock file
$(READY): requirements/dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/dev.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $(READY)

fmt: $(READY) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet . || true

check: $(READY) ## Lint, types, import directions and the fast tests; needs no Terraform
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 tests/unit tests/contracts tests/cli tests/docs

test: check ## Everything, on the real Terraform and the real AWS provider
	$(BIN)/pytest -n 2 --dist worksteal tests/faults tests/e2e

soak: $(READY) ## The sweeps of docs/failure-model.md in their long form; takes hours
	GUARDIAN_SOAK=1 $(BIN)/pytest -n 2 --dist worksteal --timeout 14400 -m sweep tests

demo: $(READY) ## The main job without any cloud: apply, failure, restore, receipt
	@$(BIN)/python -m tests.demo

demo-aws: $(READY) ## The same with the real AWS provider against a local AWS
	@$(BIN)/python -m tests.demo --aws

bench: $(READY) ## The measured claims of the README, as ratios
	@for each in benchmarks/bench_*.py; do $(BIN)/python $$each || exit 1; done

plans: $(READY) ## Make the plans of fixtures/plans anew by real Terraform; NAMES="a b" for some
	@$(BIN)/python -m tests.support.plans $(NAMES)

lock: $(READY) ## Renew the lock files from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --all-extras --group dev pyproject.toml -o requirements/dev.lock

clean: ## Remove what the targets made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
