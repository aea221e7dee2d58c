# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
KB_HOME ?= var
PARTS ?= tests/adapters tests/services tests/api tests/web tests/cli tests/assets tests/review
export KB_HOME
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export TOKENIZERS_PARALLELISM := false
unexport PYTHONDONTWRITEBYTECODE # or every worker and child process compiles everything anew

.PHONY: help setup browser demo up test test-postgres quick torture check docs dev clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

setup: $(STAMP) ## A virtual environment with the kb command, and the models; quick when nothing is to do
	@$(BIN)/kb models fetch

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "needs Python 3.11 or newer: set PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "needs Python 3.11 or newer: set PYTHON=..." >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setup 1/2: torch (about 200 MB)"
	@$(BIN)/python -m pip install -q -c constraints.txt torch==2.13.0
	@echo "setup 2/2: everything else (about 400 MB)"
	@$(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

demo: setup ## The whole road on one article with the embedded models: stage, decide (played), publish, answer, roll back
	@$(BIN)/kb demo

up: setup ## The API, the review page and Dagster's page together; one Ctrl-C ends them all
	@exec $(BIN)/kb up

test: setup browser ## All tests, with the real embedded models and a real browser
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not model"
	@$(BIN)/python -m pytest -m "slow or model"

test-postgres: setup ## What keeps something, on a PostgreSQL of its own; PARTS="tests/services ..." for less or more
	@.ci/postgres $(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not model" $(PARTS)

browser: ## Chromium for the tests of the review page: Debian's package, where none is there and this is root
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome; do command -v "$$name" >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "browser: installing Debian's chromium (about 100 MB)"; \
	  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; \
	else echo "browser: no Chromium; install it, or set CHROMIUM=PATH: without it the browser tests fail" >&2; fi

quick: setup browser ## The tests without the slow ones
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not model"

torture: setup ## Hours: every row of "Promises and their figures" in docs/benchmarks.md at full size; TORTURE="--times 20 --random 500" for all kills
	@$(BIN)/python -m tests.crashes $(TORTURE)
	@$(BIN)/python benchmarks/model_faults.py --articles 500
	@$(BIN)/python benchmarks/hostile_input.py
	@KB_TEST_BACKUPS=50 KB_TEST_DAMAGED=100 $(BIN)/python -m pytest tests/services/release/test_restored.py tests/adapters/store_sql/test_backup.py --timeout 0
	@KB_TEST_RACE=500 $(BIN)/python -m pytest tests/services/review/test_races.py --timeout 0
	@if .ci/postgres --is-there; then KB_TEST_RACE=500 .ci/postgres $(BIN)/python -m pytest tests/services/review/test_races.py --timeout 0; fi
	@$(BIN)/python benchmarks/publish_while_querying.py --clients 64 --seconds 300 --publishes 50 --rollbacks 10
	@KB_TEST_FUZZ=1000 $(BIN)/python -m pytest tests/web/test_fuzz.py --timeout 0
	@KB_TEST_KILLS=20 $(BIN)/python -m pytest tests/e2e/test_kill.py tests/e2e/test_publish_kill.py --timeout 0
	@$(BIN)/python -m pytest tests/e2e/test_embedded_kill.py

check: setup ## The gates: format, lint, types, layers, packs, the interface's words, Dagster definitions, generated docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/kb check
	@$(BIN)/python -m pytest tests/review/test_words.py
	@$(BIN)/kb qa kb_pipeline/review/locale/th/LC_MESSAGES/review.po --market th-TH
	@$(BIN)/python docs/generate.py --check
	@DAGSTER_HOME=$$(mktemp -d) $(BIN)/dagster definitions validate

docs: setup ## Write what docs/ takes from the code: settings, commands, checks, the table and picture of the packages
	@$(BIN)/python docs/generate.py

dev: setup ## Dagster's page alone, on http://127.0.0.1:3000, with the runs of KB_HOME
	@exec $(BIN)/python -m assets.ui

clean: ## Remove the environment and all state under KB_HOME (the models stay in the per-user cache)
	rm -rf $(VENV) $(KB_HOME)
