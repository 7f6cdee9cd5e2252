# What this project can do; `make` alone lists it. Everything runs in .venv, made from uv.lock.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
WORKERS ?= 2
STAMP := $(VENV)/.installed
export UV_PROJECT_ENVIRONMENT := $(VENV)
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast check fix docs bench servers clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/bin/uv:
	@deployments/scripts/bootstrap.sh $(PYTHON) $(VENV)

$(STAMP): pyproject.toml uv.lock | $(VENV)/bin/uv
	$(VENV)/bin/uv sync --locked --quiet --inexact --compile-bytecode
	@touch $@

install: $(STAMP) ## install what the project needs into .venv

demo: $(STAMP) ## take in a small city's recorders and show it; ARGS=--once ends by itself
	@$(RUN) deployments.demo $(ARGS)

servers: $(STAMP)
	@PYTHON=$(VENV)/bin/python bash tests/servers/install.sh

test: $(STAMP) servers ## run every test, with real servers (installs Debian packages where it may)
	$(RUN) pytest -n $(WORKERS) --dist loadfile --cov --cov-report=term $(ARGS)

test-fast: $(STAMP) ## run the tests that need no server
	$(RUN) pytest -m "not servers" $(ARGS)

check: $(STAMP) ## style, types, imports, generated documents; edits nothing
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(RUN) docs.generate --check

fix: $(STAMP) ## put style and generated documents right
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(RUN) docs.generate

docs: $(STAMP) ## generate the reference
	$(RUN) docs.generate

bench: $(STAMP) servers ## measure against peers; writes docs/reference/benchmarks.md
	@bash bench/install.sh
	$(VENV)/bin/uv sync --locked --quiet --inexact --compile-bytecode --group bench
	$(RUN) bench $(ARGS)

clean: ## remove what was installed and cached here
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage dist
