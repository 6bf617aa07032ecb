# make run        the whole system on this machine, with two orders played through it; make run ONCE=1 ends after them
# make test       every check and every test but the long ones
# make check      style, types, dependency rule, template, OpenAPI
# make bench      latencies and cold starts, printed
# make soak       the long tests, at full scale
# make invoke F=options E=events/options.json     one function with one event, without Docker
# make build      sam build for Lambda, without Docker and without Python 3.13
#
# Each sets itself up first; nothing but GNU make (3.81 or later) and Python 3.11 or later is needed for most.

PYTHON ?= python3
BIN := .venv/bin
# What Python compiles is kept, also where it is told to keep nothing: hundreds of processes start here.
unexport PYTHONDONTWRITEBYTECODE
# Nothing here phones home.
export SAM_CLI_TELEMETRY := 0

ONCE ?=
PORT ?= 4566
export ONCE PORT

# The tests of transactions run on DynamoDB Local, which is Java.
JAVA := $(shell java -version >/dev/null 2>&1 && echo yes)
ifeq ($(JAVA),yes)
MARKS := not soak
else
MARKS := not soak and not engine
endif


# The pages are tested in Chromium: Debian's, or the one that CHROMIUM names.
CHROMIUM ?= /usr/bin/chromium
export CHROMIUM
BROWSER := $(shell test -x "$(CHROMIUM)" && npm --version >/dev/null 2>&1 && echo yes)
ifneq ($(BROWSER),yes)
MARKS := $(MARKS) and not browser
endif

.PHONY: help setup run test check lint types imports template-lint template-validate openapi bench soak invoke build

help:
	@sed -n '/^# make/s/^# //p' Makefile

setup:
	@sh tests/local/setup.sh "$(PYTHON)"

run: setup
	@$(BIN)/python -m tests.local.run

test: check
	@test "$(JAVA)" = yes || echo "Java 17 is missing: tests on DynamoDB Local are left out."
	@test "$(BROWSER)" = yes || echo "Chromium (or npm) is missing: tests in a browser are left out."
	@echo "The deployed template, the board in a browser, many seeds, and races on the real engine; without coverage, which would slow them threefold ..."
	@$(BIN)/python -m pytest -m "(e2e or build or browser or proof or engine) and $(MARKS)" -n 2
	@echo "Everything else, with coverage ..."
	@$(BIN)/python -m pytest --cov --cov-report=term

check: setup
	@$(MAKE) --no-print-directory -j 2 template-lint template-validate types lint imports openapi

lint:
	@$(BIN)/ruff format --check --quiet . || { echo "ruff format would change files"; exit 1; }
	@$(BIN)/ruff check --quiet .

types:
	@$(BIN)/mypy --no-error-summary

imports:
	@$(BIN)/lint-imports --no-logo

template-lint:
	@$(BIN)/cfn-lint template.yaml

template-validate:
	@$(BIN)/sam validate --lint --template template.yaml

openapi:
	@$(BIN)/fulfillment openapi --check tests/contract/openapi.json

bench: setup
	@$(BIN)/python -m tests.benchmarks

soak: setup
	@$(BIN)/python -m pytest -m soak -n 2

invoke: setup
	@$(BIN)/python -m tests.local.invoke "$(F)" "$(E)"

build: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/sam build
	@cat .aws-sam/build/*/NOT_COMPILED .aws-sam/build/*/python/NOT_COMPILED 2>/dev/null | sort -u
