# The same words on a laptop and in CI.
#   make demo [ARGS="--port 8081"]   the whole system on this machine, with a synthetic fleet
#   make test                        checks and tests; what needs a missing service is named loudly
#   make check                       ruff, mypy, import-linter
#   make services                    installs the real services that tests use (Debian)
#   make bench [ONLY=ingest]         one JSON line a figure
#   make soak [ARGS="kills --moments 50"]   50 moments of kill -9 under load, and a million payloads; about half an hour
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: demo test check bench soak services lock clean

demo: .venv/.runtime
	@exec $(BIN)/guangfu demo $(ARGS)

test: check
	$(BIN)/pytest $(ARGS)

check: .venv/.dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache > .venv/imports.txt || { cat .venv/imports.txt; exit 1; }

bench: .venv/.dev
	@$(BIN)/python -m benchmarks $(ONLY)

soak: .venv/.dev
	@$(BIN)/python -m tests.soak $(ARGS)

services:
	tests/services/install.sh

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Guangfu needs Python 3.11 or newer; install it (Debian: apt install python3 python3-venv) or name it: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python's venv module is missing; install it (Debian: apt install python3-venv)" >&2; exit 2; }

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing into .venv ..." >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-dev.lock
	@touch $@

# Pins every dependency, without the address of an index. What is left out serves graphics cards only, and is half a gigabyte.
lock: .venv/.dev
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --no-header --annotation-style=line --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --no-header --annotation-style=line --constraint requirements.lock --extra dev --extra analysis --extra rdtools \
	  --unsafe-package nvidia-nccl-cu12 \
	  --output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv build dist *.egg-info
