# Every target does its own set-up: a fresh clone, Python 3.11 or newer and make are all it needs.
#   make run    run the built-in notebook on tfshim      make test   pass the tests
# PYTHON picks the interpreter, VENV the environment, NOTEBOOK what `make run` runs.
PYTHON   ?= python3
VENV     ?= .venv
NOTEBOOK ?= conformance/notebooks/autodiff.py
WORKERS  ?= 2
ARGS     ?=
PURE     := $(patsubst %,tests/test_%.py,array_ops custom_gradient deep engine forward memory tape tape_functions \
            tape_life tensor threads variable)

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test test-pure lint format types check generate coverage clean

help:
	@sed -n '1,3p' Makefile

# One environment, filled as far as a target needs: the package, then its tests, then its checks.
$(VENV)/.ready: pyproject.toml setup.py tfshim/_src/engine/_speed.c
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info[:2] < (3, 15) or sys.exit( \
	  "tfshim needs Python 3.11 to 3.14; $(PYTHON) is %d.%d. Try: make PYTHON=python3.13" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	$(PIP) -e '.[test]'
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready-test
	$(PIP) -e '.[dev]'
	@touch $@

run: $(VENV)/.ready
	$(BIN)/tfshim run $(NOTEBOOK)

test: $(VENV)/.ready-test
	$(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS)

# The engine and the tape once more, without the C core.
test-pure: $(VENV)/.ready-test
	TFSHIM_PURE_PYTHON=1 $(BIN)/python -m pytest -q -n $(WORKERS) $(PURE)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	$(BIN)/pyright --pythonpath $(BIN)/python

check: test test-pure lint types

format: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The facade (tfshim/*.py) and docs/coverage.md are written from the registry; tests compare them.
generate: $(VENV)/.ready
	$(BIN)/python tools/generate_facade.py
	$(BIN)/tfshim coverage --markdown --output docs/coverage.md

coverage: $(VENV)/.ready
	$(BIN)/tfshim coverage

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache
