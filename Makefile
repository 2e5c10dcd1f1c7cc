# `make demo` and `make test` install what is missing, and nothing when it is all there.
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test fuzz lint format bench clean

demo: $(VENV)/.ready
	$(BIN)/blazon demo

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest

fuzz: export BLAZON_FUZZ_EXAMPLES ?= 3000
fuzz: $(VENV)/.ready-dev
	$(BIN)/python -m pytest tests/fuzz tests/ingest/rerun/test_received.py

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p blazon

format: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready-dev
	$(BIN)/blazon bench

$(VENV)/.ready: pyproject.toml .ci/setup
	bash .ci/setup $(VENV) .
	touch $@

$(VENV)/.ready-dev: pyproject.toml .ci/setup
	bash .ci/setup $(VENV) '.[dev]'
	touch $@ $(VENV)/.ready

clean:
	rm -rf $(VENV) out build dist *.egg-info .mypy_cache .ruff_cache .hypothesis
