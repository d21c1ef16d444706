# HALO PAMOR: `make` or `make help` lists what there is. Only make, git and Python 3.11 or newer are needed beforehand.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: setup ## Carry 200 requests from e-OPen to the door, on real servers
	@$(BIN)/python -m halo_demo $(ARGS)

.PHONY: test
test: setup-tests ## Run every test
	@$(BIN)/pytest -n 2 --dist worksteal

.PHONY: check
check: setup-tests ## Format, lint, types, imports, house rules, then every test: what CI runs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest tests/house
	@$(MAKE) test

.PHONY: up
up: setup ## Start servers and services, leave them running and print where they are
	@$(BIN)/python -m halo_demo up

.PHONY: down
down: $(if $(wildcard .venv/bin/python),,setup) ## End what `make up` left running
	@$(BIN)/python -m halo_demo down

.PHONY: compose
compose: ## Build the images and start the whole platform as containers
	@PYTHONPATH=deploy/local/src $(PYTHON) -m halo_local.compose up $(ARGS)

.PHONY: compose-down
compose-down: ## End what `make compose` started, with its data
	@PYTHONPATH=deploy/local/src $(PYTHON) -m halo_local.compose down

.PHONY: format
format: setup ## Format the code and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: docs
docs: setup ## Write the pages that are generated: docs/events.md
	@$(BIN)/python docs/events_page.py

.PHONY: setup
setup: ## Install what is needed: done by all of the above, quick when nothing changed
	@$(PYTHON) deploy/local/bootstrap.py

.PHONY: setup-tests
setup-tests:
	@$(PYTHON) deploy/local/bootstrap.py --tests

.PHONY: clean
clean: ## Remove all that was made: environment, servers, packages, here and in the cache outside
	@$(PYTHON) deploy/local/clean.py
