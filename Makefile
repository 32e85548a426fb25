# `make serve` and `make test` do all the set-up they need: Python 3.11 or later, make and the package registries.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help serve test lint fmt docs check build bench conformance wheel clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("kg needs Python 3.11 or later, and $(PYTHON) is %s; try: make PYTHON=python3.12 ..." % sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -c constraints.txt hatchling editables
	$(PIP) install --quiet -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $(READY)

serve: $(READY) ## build the Norrbotten release and serve it; PORT=8010 HOST=0.0.0.0
	$(BIN)/kg serve --host $(HOST) --port $(PORT)

test: $(READY) ## the whole test suite
	$(BIN)/python -m pytest

lint: $(READY) ## ruff, mypy --strict, import-linter, kg check
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/kg check

fmt: $(READY) ## format Python and Turtle
	$(BIN)/ruff check --fix --quiet src tests benchmarks || true
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/kg fmt

docs: $(READY) ## write the generated documents
	$(BIN)/python tests/documents.py
	$(BIN)/python benchmarks/run.py --draw

check: $(READY) ## everything that can be wrong with the project's files
	$(BIN)/kg check

build: $(READY) ## build a release under build/
	$(BIN)/kg build

conformance: $(READY) ## the W3C suites, from KG_CONFORMANCE (default ../shared/conformance)
	$(BIN)/python -m pytest tests/conformance

bench: $(READY) ## the figures of docs/benchmarks.md, beside peers; takes about 40 minutes; ONLY="servers loaders"
	$(BIN)/python benchmarks/run.py $(if $(ONLY),--only $(ONLY))

wheel: $(READY) ## a wheel that holds the tool and the Norrbotten graph
	$(PIP) wheel --quiet --no-deps --no-build-isolation -w dist .

clean: ## remove what was built
	rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
