# Two commands set everything up on a machine with Python 3.11+ and make:
#   make demo   creates .venv, installs from the lock, answers the main questions on the bundled network
#   make test   runs the full test suite
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Peers of the benchmarks have an environment of their own; CORRIDOR_PROTOTYPE may name one more outside this folder.
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.installed

.PHONY: demo test test-heavy lint bench bench-full bench-env docs validation messages clean lock

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,lint,report,distributed]'
	@# An editable install has no compiled modules where Python is told to write none; commands start slower without.
	$(BIN)/python -m compileall -q network optimizer
	@touch $@

demo: $(STAMP)
	@$(BIN)/python examples/demo.py

test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

test-heavy: $(STAMP) ## what takes many seconds each: commands of the pages, larger examples, the bundled network in a browser
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m heavy

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

bench: $(BENCH_STAMP) ## print the goals with this machine's ratios; KEEP=1 keeps them and writes them into the page
	$(BENCH_VENV)/bin/python -m benchmarks goals $(if $(KEEP),--keep)

bench-full: $(BENCH_STAMP) ## every benchmark, with more turns, longer limits and growth by size: hours
	$(BENCH_VENV)/bin/python -m benchmarks --full $(if $(KEEP),--keep)

bench-env: $(BENCH_STAMP)

$(BENCH_STAMP): pyproject.toml constraints.txt benchmarks/constraints.txt benchmarks/peers.txt
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--constraint benchmarks/constraints.txt --requirement benchmarks/peers.txt --editable '.[test]'
	$(BENCH_VENV)/bin/python -m compileall -q network optimizer benchmarks
	@touch $@

docs: validation ## write all that pages show of commands and data anew, and the pictures
	$(BIN)/python docs/make_map.py
	$(BIN)/python docs/make_gallery.py
	$(BIN)/python docs/make_samples.py

validation: $(STAMP) ## write the results in docs/validation.md anew
	$(BIN)/python docs/make_validation.py

messages: $(STAMP) ## bring the catalogs of messages up to date with the code, and count what is left to translate
	$(BIN)/python docs/make_messages.py

lock: ## rewrite constraints.txt from a fresh environment
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint,report,distributed]'
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

clean:
	rm -rf $(VENV) $(BENCH_VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
