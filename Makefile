# Two commands set everything up on a machine with Python 3.11+ and make:
#   make demo   creates .venv, installs from the lock, answers the main questions on the bundled network
#   make test   runs the full test suite
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint bench docs validation clean lock

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,lint,bench,report,distributed]'
	@# An editable install has no compiled modules where Python is told to write none; commands start slower without.
	$(BIN)/python -m compileall -q network optimizer
	@touch $@

demo: $(STAMP)
	@$(BIN)/python examples/demo.py

test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

bench: $(STAMP)
	$(BIN)/python -m benchmarks

docs: validation ## write all that pages show of commands and data anew, and the picture of the network
	$(BIN)/python docs/make_map.py
	$(BIN)/python docs/make_samples.py

validation: $(STAMP) ## write the results in docs/validation.md anew
	$(BIN)/python docs/make_validation.py

lock: ## rewrite constraints.txt from a fresh environment
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint,bench,report,distributed]'
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
