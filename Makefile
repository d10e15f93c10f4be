# What one does with this repository. `make` alone lists it.
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv/bin
CRM := $(VENV)/python -m deploy.cli
CODE := services gateway deploy tests docs/examples

.PHONY: help
help: ## List the commands.
	@echo "Guanxi: make COMMAND"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/\1|\2/p' Makefile | while IFS='|' read -r name what; do \
		printf '  %-17s %s\n' "$$name" "$$what"; done

.PHONY: python
python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version 2>&1 || echo not there):" \
		"name one, as in make run PYTHON=python3.12" >&2; exit 1; }

.PHONY: install
install: python ## Install the pinned libraries into .venv; nothing to do when they are there.
	@$(PYTHON) deploy/local/install.py

.PHONY: run
run: install ## Start everything with a demo company, and stay until Ctrl-C.
	@exec $(CRM) up

.PHONY: stop
stop: install ## Stop what make run started, from another terminal.
	@$(CRM) stop

.PHONY: status
status: install ## Show each part, where it answers, and whether it is ready.
	@$(CRM) status

.PHONY: logs
logs: install ## Show what the parts have logged: make logs NAME=sales, and FOLLOW=1 to stay.
	@$(CRM) logs $(NAME) $(if $(FOLLOW),--follow)

.PHONY: reset
reset: install ## Remove all data, keys and logs of this checkout (asks; YES=1 does not).
	@$(CRM) reset $(if $(YES),--yes)

.PHONY: crm
crm: install ## Run any command of crm: make crm ARGS="token --as ann@acme.example".
	@$(CRM) $(ARGS)

.PHONY: demo-northwind
demo-northwind: install ## Bring Northwind into the running system and check it: DATA=folder of its CSV files.
	@$(VENV)/python -m deploy.cli.northwind "$(DATA)"

.PHONY: test
test: install ## Run all tests on servers of their own: make test ARGS="tests/deploy -k port".
	@$(VENV)/python -m pytest -n auto --junit-xml=.run/tests.xml $(ARGS)

.PHONY: format
format: install ## Put the code into its one form.
	@$(VENV)/ruff format $(CODE)
	@$(VENV)/ruff check --fix-only --quiet $(CODE)

.PHONY: contracts
contracts: install ## Write the generated files anew: schemas, events, permissions, supergraph.
	@$(VENV)/python -m services.chassis.contract
	@$(CRM) compose
	@$(CRM) events users

.PHONY: recordings
recordings: install ## Play every deed on a fresh system, and write down what it told: the catalogue's examples.
	@$(VENV)/python -m tests.system.recording
	@$(VENV)/python -m services.chassis.contract

.PHONY: release-contracts
release-contracts: install ## Hold clients' contracts to today's from here on; BREAKING=1 where that breaks clients.
	@$(VENV)/python -m tests.contracts $(if $(BREAKING),--breaking)

.PHONY: check
check: install check-form check-lint check-types check-imports check-contracts test ## Check form, lint, types, imports, generated files; then test (sizes, rooms, migrations too).

.PHONY: check-form check-lint check-types check-imports check-contracts
check-form:
	$(VENV)/ruff format --check --quiet $(CODE)
check-lint:
	$(VENV)/ruff check --quiet $(CODE)
check-types:
	$(VENV)/mypy $(CODE)
check-imports:
	$(VENV)/lint-imports
check-contracts:
	$(VENV)/python -m services.chassis.contract --check
	$(CRM) compose --check
	$(CRM) events users --check

.PHONY: prove
prove: install ## Prove what takes longer, and write it to docs/proofs (NORTHWIND, FEDERATION_CORPUS: folders).
	@$(VENV)/python -m tests.proving $(PROOF)

.PHONY: bench bench-compare bench-gateway profile
bench: install ## Measure speed on data of its own, and write docs/benchmarks.md: FACTOR=0.1 for less data.
	@$(VENV)/python -m tests.bench run $(if $(FACTOR),--factor $(FACTOR))
bench-compare: install ## The same, held against an earlier result: BASE=file (.run/bench/result.json).
	@$(VENV)/python -m tests.bench compare $(if $(FACTOR),--factor $(FACTOR)) $(if $(BASE),--base $(BASE))
bench-gateway: install ## Measure the gateway beside others: BENCH=folder of the benchmark, OPS=big,small SECONDS=12 ROUNDS=5.
	@$(VENV)/python -m tests.bench gateways --folder "$(BENCH)" $(if $(OPS),--ops $(OPS)) \
		$(if $(SECONDS),--seconds $(SECONDS)) $(if $(ROUNDS),--rounds $(ROUNDS))
profile: install ## Show where a service's time goes for an operation: OP=part of its name.
	@$(VENV)/python -m tests.bench profile $(if $(FACTOR),--factor $(FACTOR)) --op "$(or $(OP),list)"

.PHONY: features
features: install ## Print each promised feature, and the tests that proved it in the last run.
	@$(VENV)/python -m tests.features
