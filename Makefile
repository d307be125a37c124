# Everything one does with a checkout. `make help` lists it.

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
WORKERS ?= 2
SIZE ?= S
SOAK ?= 2
RUNS ?= 1000000
UV ?= uv
# uv installs in a second or two what takes pip ten; `make run UV=` does without it.
FAST := $(if $(UV),$(shell command -v $(UV) 2>/dev/null))
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(if $(FAST),$(FAST) pip install --quiet --python $(BIN)/python,$(PIP) install)
COMPILE := $(UV) pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --custom-compile-command "make lock" $(UPGRADE)

CYCLONEDX := 7.5.0
PIP_AUDIT := 2.10.1

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: setup dev run test slow lint check outside format lock image sbom audit bench faults fuzz clean help

setup: $(VENV)/.run  ## install what the server needs into .venv (the default)

dev: $(VENV)/.dev  ## install what tests and checks need, too

run: $(VENV)/.run  ## load the record and serve it: make run PORT=8000
	@mkdir -p var
	$(BIN)/parley seed seed_data
	exec $(BIN)/parley serve --host 127.0.0.1 --port $(PORT)

test: $(VENV)/.dev  ## run the tests: make test TESTS="tests/api --cov"
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not slow" $(TESTS)

# These tests wait for servers and browsers for a quarter of their time.
slow: WORKERS = 3
slow: $(VENV)/.dev  ## run the tests with real servers, browsers and databases
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m slow $(TESTS)
	$(if $(TESTS),,$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not slow" --engine=postgresql tests/api)

lint: $(VENV)/.dev  ## check formatting, style, types, the direction of imports and the record
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/parley fmt --check seed_data
	$(BIN)/parley check --strict seed_data

check: lint test slow  ## do all that CI does: lint, and every test

outside: $(VENV)/.dev  ## generate clients, and check pages, with tools of others (needs npm and Java)
	mkdir -p dist/outside
	cp outside/package.json outside/package-lock.json dist/outside/
	npm ci --prefix dist/outside --ignore-scripts --no-audit --no-fund
	mkdir -p dist/outside/react
	cp examples/react/package.json examples/react/package-lock.json dist/outside/react/
	npm ci --prefix dist/outside/react --ignore-scripts --no-audit --no-fund
	test -x dist/outside/venv/bin/python || $(BIN)/python -m venv dist/outside/venv
	dist/outside/venv/bin/python -m pip install --quiet --requirement outside/requirements.txt
	$(BIN)/python -m pytest outside

format: $(VENV)/.dev  ## format the code and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/parley fmt seed_data

lock:  ## choose exact versions again: make lock UPGRADE=--upgrade (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: install it, or name it: make lock UV=path/to/uv" >&2; exit 1; }
	$(COMPILE) pyproject.toml --all-extras --group build --output-file requirements/dev.txt
	@# Before version 24, pip compares extras as they are written; justext asks for this one so.
	sed -i 's/^lxml\[html-clean\]/lxml[html_clean]/' requirements/dev.txt
	$(COMPILE) pyproject.toml --extra postgres --extra mcp --group build --constraints requirements/dev.txt --output-file requirements/postgres.txt
	$(COMPILE) pyproject.toml --extra mcp --group build --constraints requirements/dev.txt --output-file requirements/run.txt

image:  ## build the image from its base as it is now, named by digest (needs docker and the network)
	base=$$(sed -n 's/^ARG BASE=//p' Dockerfile) && \
		digest=$$(docker buildx imagetools inspect "$$base" --format '{{.Manifest.Digest}}') && \
		docker build --build-arg BASE="$$base@$$digest" --tag parley .

sbom:  ## list what an installation consists of, as CycloneDX in dist/ (needs uv)
	@command -v $(UV) >/dev/null || { echo "make sbom needs uv: install it, or name it: make sbom UV=path/to/uv" >&2; exit 1; }
	mkdir -p dist
	$(UV) tool run --from cyclonedx-bom==$(CYCLONEDX) cyclonedx-py requirements requirements/postgres.txt \
		--pyproject pyproject.toml --mc-type application --output-reproducible --of JSON -o dist/parley.cdx.json

audit:  ## look the locked packages up in the database of known vulnerabilities (needs uv and the network)
	@command -v $(UV) >/dev/null || { echo "make audit needs uv: install it, or name it: make audit UV=path/to/uv" >&2; exit 1; }
	$(UV) tool run --from pip-audit==$(PIP_AUDIT) pip-audit --strict --disable-pip --require-hashes --requirement requirements/dev.txt || \
		{ echo "make audit: a package has a known vulnerability, or the database could not be asked; see above" >&2; exit 1; }

bench: $(VENV)/.dev  ## measure loading and serving beside others (needs wrk): make bench SIZE=L
	$(BIN)/python -m benchmarks.load $(SIZE)
	$(BIN)/python -m benchmarks.serve $(SIZE)
	$(BIN)/python -m benchmarks.picture $(SIZE)
	$(BIN)/python -m benchmarks.trials $(SIZE)

faults: $(VENV)/.dev  ## do what can go wrong to real servers: make faults SOAK=30 FAULTS="killed idle"
	SOAK=$(SOAK) $(BIN)/python -m faults $(FAULTS)

fuzz: $(VENV)/.dev  ## feed the parsers at random (needs atheris): make fuzz RUNS=1000000
	for parser in dates cursors words queries; do $(BIN)/python -m faults.fuzz $$parser -atheris_runs=$(RUNS) || exit 1; done

clean:  ## remove what was installed, built and cached; var/ with the database stays
	rm -rf $(VENV) dist .coverage .coverage.* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

installing = @echo "Installing the $$(grep -c '==' $<) packages of $< with $(if $(FAST),uv,pip) into $(VENV) ..."

# A stamp is written when its step has succeeded, so an interrupted step is done again.

$(VENV)/.run: requirements/run.txt pyproject.toml $(VENV)/.made
	$(installing)
	$(INSTALL) --require-hashes --requirement $<
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(installing)
	$(INSTALL) --require-hashes --requirement $<
	@touch $@

# A name on the path may be a shim that does not run, or lack venv: try each, newest first. What uv
# makes has no pip unless it is told (--seed); tests and benchmarks need one.
$(VENV)/.made:
	@for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
		if $$python -c 'import $(if $(FAST),,ensurepip, venv,) sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			make="$(if $(FAST),$(FAST) venv --quiet --clear --seed --python $$(command -v $$python),$$python -m venv --clear) $(VENV)"; \
			echo "$$make"; $$make && touch $@; exit; \
		fi; \
	done; \
	echo "Parley needs Python 3.11 or newer with its venv module, and found none on the path." >&2; \
	echo "Install one (Debian: apt-get install python3-venv), or name one: make PYTHON=/path/to/python3" >&2; \
	exit 1
