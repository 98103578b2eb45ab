# Everything that a person, and CI, runs. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Written last, so that a broken installation is tried again.
READY := $(VENV)/.ready

.PHONY: help demo test check format lint type imports bench hostile clean distclean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "ingest needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable . $(shell $(PYTHON) tools/dev_packages.py)
	@touch $@

demo: $(READY) ## ingest the fixtures into out/ and print what happened to each
	@$(BIN)/python tools/demo.py

test: $(READY) ## run the tests
	$(BIN)/python -m pytest

check: $(READY) lint type imports ## format, lint, types, import contracts

lint: $(READY) ## format check and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

type: $(READY) ## mypy, strict
	$(BIN)/mypy

imports: $(READY) ## imports run downward only
	$(BIN)/lint-imports

# The rooms that turn text into other text; what a child process or a cluster runs is
# tested there and not counted here.
COUNTED := ingest/document.py,ingest/edits.py,ingest/compose.py,ingest/pipeline.py,ingest/extract/*,ingest/repair/*,ingest/strip/*,ingest/normalize/*,ingest/write/*

coverage: $(READY) ## branch coverage of document, pipeline and stages; below 95% fails
	$(BIN)/python -m pytest --cov --cov-branch --cov-report=
	$(BIN)/coverage report --include='$(COUNTED)' --skip-covered --fail-under=95

format: $(READY) ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## measure speed and quality beside the peers; prints a table, writes bench.json
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement tests/bench/requirements.txt
	@$(BIN)/python -m tests.bench $(ARGS)

hostile: $(READY) ## attack it with every hostile class, kill it, give it a million inputs; minutes
	@$(BIN)/python -m tests.bench hostile endurance --json hostile.json $(ARGS)

clean: ## remove what was made
	rm -rf out bench.json hostile.json .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

distclean: clean ## remove the environment, too
	rm -rf $(VENV)
