# Two commands for a new machine: make run, make test.  Both set up what is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help system browser tracer setup run test check bench soak power slow fuzz fuzz-http recognition reading detectors docs clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# Debian and Ubuntu leave venv out of Python; elsewhere the message says what to install.
system: missing = \
	command -v tesseract >/dev/null || missing="$$missing tesseract-ocr"; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"
# The tests look at the page with a browser.
browser: missing = \
	command -v chromium || command -v chromium-browser || command -v google-chrome \
		|| missing="$$missing chromium"
# They record what the service does to a disk.
tracer: missing = command -v strace >/dev/null || missing="$$missing strace"
system browser tracer:
	@missing=; { $(missing); } >/dev/null; \
	[ -z "$$missing" ] && exit 0; \
	command -v apt-get >/dev/null || { echo "Install these first:$$missing" >&2; exit 1; }; \
	echo "Installing:$$missing"; \
	$(SUDO) apt-get update -qq && \
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		$$missing >/dev/null

$(BIN)/python: | system
	$(PYTHON) -m venv $(VENV)

# What runs the service; an extra stamp for what checks it.
$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the pinned libraries into $(VENV): 1.9 GB on disk, once"
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[web]'
	@touch $@

$(VENV)/.checking: $(VENV)/.runtime
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,rapidocr,web]'
	@touch $@

setup: system browser tracer $(VENV)/.checking ## virtual environment, pinned dependencies, Tesseract, Chromium, strace

run: system $(VENV)/.runtime ## start the service; its home is ./pigeonhole-home
	$(BIN)/pigeonhole watch

test: setup ## every test but the slow ones
	$(BIN)/pytest -m 'not slow' --numprocesses logical --maxprocesses 4 --dist loadfile \
		--no-loadscope-reorder

check: setup ## format, lint, types, floors, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/cog --check README.md $(wildcard docs/*.md)

bench: setup ## throughput, latency, idle load, memory, reading, HTTP and page, side by side with plain ones
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/durability.py
	$(BIN)/python benchmarks/idle.py
	$(BIN)/python benchmarks/pace.py
	$(BIN)/python benchmarks/web.py
	$(BIN)/python benchmarks/page.py

# SOAK_KILLS and SOAK_SEED say how often, and what is drawn.
SOAK_RECORD ?= docs/soak.jsonl
soak: setup ## kill the service at random moments under load; 20,000 files at once; half an hour
	SOAK_RECORD=$(SOAK_RECORD) $(BIN)/pytest -m slow -s tests/soak tests/crash

power: setup ## lose power in every crash story, in every state of the disk; half an hour
	$(BIN)/python -m tests.power --out docs

slow: setup ## the other slow tests
	$(BIN)/pytest -m slow --ignore=tests/soak --ignore=tests/crash

FUZZ_SECONDS ?= 600
fuzz: setup ## read mutated files; PIGEONHOLE_TEST_DATA adds real odd ones
	$(BIN)/python -m tests.fuzz.pages --seconds $(FUZZ_SECONDS)

FUZZ_EXAMPLES ?= 500
fuzz-http: setup ## send odd requests, so many an operation, to a server of its own; a quarter of an hour
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/pytest tests/service/api/test_schema.py -k server_error

recognition: setup ## every line of the recognition target; PIGEONHOLE_TEST_DATA names the data
	$(BIN)/python benchmarks/recognition.py "$(PIGEONHOLE_TEST_DATA)" --out docs

detectors: setup ## detectors beside a plain network; PIGEONHOLE_TEST_DATA names the data
	$(BIN)/python benchmarks/detector.py "$(PIGEONHOLE_TEST_DATA)/bananas_grocery/banana" \
		"$(PIGEONHOLE_TEST_DATA)/bananas_grocery/not_banana"

reading: setup ## every line of the reading target; PIGEONHOLE_TEST_DATA names the data
	$(BIN)/python benchmarks/reading.py "$(PIGEONHOLE_TEST_DATA)" --out docs

docs: setup ## write the generated parts of the docs anew
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/cog -r README.md $(wildcard docs/*.md)

clean: ## remove what setup made
	rm -rf $(VENV) *.egg-info .mypy_cache .pytest_cache .ruff_cache
