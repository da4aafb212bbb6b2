# Every target does its own set-up: a fresh clone, Python 3.11 or newer and make are all it needs.
#   make run    run the built-in notebook on tfshim      make test   pass the tests
# PYTHON picks the interpreter, VENV the environment, NOTEBOOK what `make run` runs.
PYTHON   ?= python3
VENV     ?= .venv
NOTEBOOK ?= conformance/notebooks/autodiff.py
WORKERS  ?= 2

BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help run test lint format types generate check-generated coverage clean

help:
	@sed -n '1,3p' Makefile

# PYTHONPATH stays as the user has it; pip's own settings (index, proxy) apply.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info[:2] < (3, 15) or sys.exit( \
	  "tfshim needs Python 3.11 to 3.14; $(PYTHON) is %d.%d. Try: make PYTHON=python3.13" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

run: $(STAMP)
	$(BIN)/tfshim run $(NOTEBOOK)

test: $(STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(STAMP)
	$(BIN)/pyright

# The facade (tfshim/*.py) and docs/coverage.md are written by tools from the registry.
generate: $(STAMP)
	$(BIN)/python tools/generate_facade.py
	$(BIN)/tfshim coverage --markdown > docs/coverage.md.new
	mv docs/coverage.md.new docs/coverage.md

check-generated: $(STAMP)
	$(BIN)/python tools/generate_facade.py --check

coverage: $(STAMP)
	$(BIN)/tfshim coverage

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache
