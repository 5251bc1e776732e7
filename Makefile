# Everything below makes what it needs; `make demo` and `make test` work on a fresh clone.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-full test-cluster lint bench clean

demo: .venv/installed
	$(BIN)/cakap-search index samples/articles --archive .demo
	$(BIN)/cakap-search query "Lavrov senjata" --archive .demo

test: .venv/tested lint
	$(BIN)/pytest

test-full: .venv/tested lint
	$(BIN)/pytest -m 'full or not full'

test-cluster: .venv/tested
	$(BIN)/pytest -m 'cluster and not full' tests/cluster

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/tested
	$(BIN)/python -m benchmarks.cold_start
	$(BIN)/python -m benchmarks.enrichment
	$(BIN)/python -m benchmarks.indexing
	$(BIN)/python -m benchmarks.relevance
	$(BIN)/python -m benchmarks.suggestions
	$(BIN)/python -m benchmarks.stories
	$(BIN)/python -m benchmarks.around
	$(BIN)/python -m benchmarks.snippets
	$(BIN)/python -m benchmarks.page

# pip compiles what it installs to bytecode, but not what stays editable.
.venv/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	$(BIN)/python -m compileall -q index search
	touch $@

# pip before 25.1 cannot install a dependency group by itself, so an extra holds the tools.
.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv .demo build dist
