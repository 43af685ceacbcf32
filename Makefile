# All commands of the project; `make help` lists them.
#
# Variables on the command line (`make run PORT=8001 DATA=var2`) are passed to the commands as environment variables.

PYTHON ?= python3
VENV := .venv
IN_VENV := $(VENV)/bin/python -m
PIP := $(IN_VENV) pip install -qq --disable-pip-version-check
OFFLINE = echo "The packages could not be installed. This needs the network once: PyPI, or a mirror of it that PIP_INDEX_URL names." >&2
FAST_TESTS = $(wildcard tests/domain tests/services tests/house tests/core/test_config.py)
TEMPLATES = $(wildcard templates webapp/templates webapp/embedded/templates)

.DEFAULT_GOAL := help
.PHONY: help run test fast lint check format bench lock

help: ## List all commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.installed ## Start everything (PORT=8000 DATA=var RELOAD=0); Ctrl-C stops it
	@exec $(IN_VENV) webapp.embedded.run --end-with-parent

test: $(VENV)/.installed-dev ## Run all tests (installs a browser if there is none)
	@CHROMIUM="$$(bin/browser)" && export CHROMIUM && $(IN_VENV) pytest -n auto --dist loadgroup --end-postgres $(ARGS)

fast: $(VENV)/.installed-dev ## Run the quick tests: domain, services, the code base itself
	@FEW_EXAMPLES=1 $(IN_VENV) pytest -q -n auto $(FAST_TESTS) $(ARGS)

lint: $(VENV)/.installed-lint ## Check style, types, layers and templates
	@failed=; \
	$(IN_VENV) ruff check --quiet . || failed=1; \
	$(IN_VENV) ruff format --check --quiet . || { echo "Not formatted: run \`make format\`"; failed=1; }; \
	$(IN_VENV) mypy --no-error-summary || failed=1; \
	$(VENV)/bin/lint-imports --no-logo > $(VENV)/layers.txt || { cat $(VENV)/layers.txt; failed=1; }; \
	$(IN_VENV) djlint --lint --quiet $(TEMPLATES) || failed=1; \
	test -z "$$failed" && echo "Style, types, layers and templates are in order."

check: ## Run lint and the quick tests: before each commit
	@$(MAKE) --no-print-directory --keep-going lint fast

format: $(VENV)/.installed-lint ## Format the code
	@$(IN_VENV) ruff check --quiet --fix-only . && $(IN_VENV) ruff format --quiet .

bench: $(VENV)/.installed-dev ## Run the benchmarks (bench/README.md)
	@$(IN_VENV) bench

lock: $(VENV)/.installed-dev ## Update the pins in requirements*.txt from requirements*.in
	@$(PIP) uv
	@for set in requirements-server requirements requirements-lint requirements-dev; do \
		$(IN_VENV) uv pip compile --quiet --upgrade --python-version 3.11 --annotation-style line \
			--custom-compile-command "make lock" $$set.in --output-file $$set.txt || exit 1; done

# A stamp file records an installation. If the requirements are newer than the stamp, they are installed again. The checks
# run few of the packages that they read, so these are compiled when they are used, which takes a third less time.

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Openslot needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null \
		|| { echo "Python cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing packages ..."
	@$(PIP) -r requirements.txt || { $(OFFLINE); exit 1; }
	@touch $@

$(VENV)/.installed-lint: requirements-lint.txt | $(VENV)/bin/python
	@echo "Installing packages for checks ..."
	@$(PIP) --no-compile -r requirements-lint.txt || { $(OFFLINE); exit 1; }
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing packages for tests and checks ..."
	@$(PIP) -r requirements-dev.txt || { $(OFFLINE); exit 1; }
	@touch $@ $(VENV)/.installed $(VENV)/.installed-lint
