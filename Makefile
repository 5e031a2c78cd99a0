# Everything goes through .venv: nothing is installed elsewhere, nothing needs root.
# SPEECH=1 adds openai-whisper and torch (large) to setup, run and test. OBSERVE=1 adds traces and error reports to setup and
# run; the tests have them anyhow.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
endif
comma := ,
space := $(subst ,, )
EXTRAS := $(subst $(space),$(comma),$(strip $(if $(SPEECH),speech) $(if $(OBSERVE),observe)))
EXTRAS_RUN := $(if $(EXTRAS),[$(EXTRAS)])
RUN := run$(SPEECH)$(if $(OBSERVE),-observe)
EXTRAS_DEV := $(if $(SPEECH),[dev$(comma)speech],[dev])
STAMPS := $(VENV)/.stamps
# Tests wait for each other's processes now and then: one more at a time than there are processors.
WORKERS = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.DEFAULT_GOAL := help
.PHONY: help setup run test check i18n bench train requests test-faults format

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMPS)/venv:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || (echo "Tirek needs Python 3.11, 3.12 or 3.13. Type: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1)
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/$(RUN): $(STAMPS)/venv pyproject.toml
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable '.$(EXTRAS_RUN)'
	@touch $@

$(STAMPS)/dev$(SPEECH): $(STAMPS)/venv pyproject.toml
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable '.$(EXTRAS_DEV)'
	@touch $@

setup: $(STAMPS)/$(RUN) ## Make .venv and install the bot (SPEECH=1: with spoken words; OBSERVE=1: with traces and error reports)

run: setup ## Start the bot; without BOT_TOKEN, the sandbox in the browser
	@if $(BIN)/python -m bot has-token; then exec $(BIN)/python -m bot run; else exec $(BIN)/python -m bot sandbox; fi

test: $(STAMPS)/dev$(SPEECH) ## Install what the tests need and run them (ALL=1: every journey on both databases)
	$(BIN)/python -m tests.browser
	$(if $(ALL),ALL=1) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --ignore tests/faults

check: $(STAMPS)/dev ## Style, types, layers, catalogs, cards
	$(BIN)/ruff check bot handlers tests scripts
	$(BIN)/ruff format --check bot handlers tests scripts
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/catalogs.py --check
	$(BIN)/python -m bot.answers.cards

format: $(STAMPS)/dev ## Put the code into its usual form
	$(BIN)/ruff check --fix bot handlers tests scripts
	$(BIN)/ruff format bot handlers tests scripts

i18n: $(STAMPS)/dev ## Bring the catalogs up to date with the code
	$(BIN)/python scripts/catalogs.py

bench: $(STAMPS)/dev ## Measure: latency, lateness, audio, questions, memory
	$(BIN)/python -m tests.benchmarks

train: $(STAMPS)/venv ## Train the voice model: make train AUDIO_DIR=folder
	@test -n "$(AUDIO_DIR)" || (echo "Say where the recordings are: make train AUDIO_DIR=folder"; exit 2)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable '.[train]'
	$(BIN)/python -m bot.detector.training $(AUDIO_DIR)

requests: $(STAMPS)/dev ## Train the second opinion on harmful requests from its examples
	PYTHONPATH=. $(BIN)/python scripts/train_requests.py

SHORT := replicas kill broadcast_kill five_thousand
test-faults: $(STAMPS)/dev ## Kill, pause and cut off the bot and look for what is lost (LONG=1: an hour and more)
	$(BIN)/python -m pytest -s $(if $(LONG),tests/faults,$(SHORT:%=tests/faults/test_%.py))
