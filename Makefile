# The two commands, `make run` and `make test`, and what a change needs besides.
# They need Python 3.11 or newer, make and a package registry, and nothing else.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet install --require-hashes --progress-bar off

.PHONY: run test test-clients test-wiki test-dashboard dashboard fuzz lint types contracts schema schema-check docs bench-reads bench-resign bench-watch bench-simulate bench-import bench-follow bench-log bench-project bench-start bench-dashboard lock clean help

run: $(VENV)/run.stamp
	@exec $(PY) -m mentorgraph serve

test: $(VENV)/dev.stamp
	$(PY) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 $(ARGS)

# Needs Node 20 or newer. The clients that people use, and the judges of the field, each against a real server.
test-clients: $(VENV)/dev.stamp
	npm ci --prefix tests/clients --no-progress --loglevel error
	$(PY) tests/clients/run.py

# Needs Node 20 or newer: the dashboard is built anew into the package, byte for byte the same from the same source.
dashboard: dashboard/node_modules/.package-lock.json
	cd dashboard && node_modules/.bin/graphql-codegen --silent && node_modules/.bin/vue-tsc --noEmit && node_modules/.bin/vite build --logLevel warn

dashboard/node_modules/.package-lock.json: dashboard/package-lock.json
	npm ci --prefix dashboard --no-progress --loglevel error

# Needs Chromium and Node 20 (`apt-get install chromium`; CHROMIUM=/path/to/it). The dashboard as people use it.
test-dashboard: $(VENV)/dashboard.stamp dashboard/node_modules/.package-lock.json
	$(PY) -m pytest tests/dashboard $(ARGS)

# Needs Debian's packages of PHP and MediaWiki, which it fetches where they are missing. A real wiki, followed.
test-wiki: $(VENV)/dev.stamp
	$(PY) tests/wiki/run.py

# What nobody would ask: bytes that change, and documents made up from the schema, each for two minutes.
SECONDS ?= 120
fuzz: $(VENV)/fuzz.stamp
	SECONDS_TO_FUZZ=$(SECONDS) $(PY) tests/fuzz/run.py

lint: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

# The committed print of the schema; a test keeps it equal to the code.
schema: $(VENV)/run.stamp
	$(PY) -m mentorgraph schema > schema.graphql.new && mv schema.graphql.new schema.graphql

# The pages that say what the code says; a test keeps them equal to it.
docs: $(VENV)/dev.stamp
	$(PY) docs/write_pages.py
	$(PY) docs/draw_lifecycle.py

schema-check: $(VENV)/run.stamp
	$(PY) -m mentorgraph schema --check schema.graphql

bench-reads: $(VENV)/dev.stamp
	$(PY) bench/reads.py $(ARGS)

bench-resign: $(VENV)/dev.stamp
	PYTHONPATH=. $(PY) bench/resign.py $(ARGS)

bench-watch: $(VENV)/dev.stamp
	$(PY) bench/watch.py $(ARGS)

bench-simulate: $(VENV)/dev.stamp
	$(PY) bench/simulate.py $(ARGS)

bench-dashboard: $(VENV)/dashboard.stamp
	$(PY) bench/dashboard_list.py $(ARGS)

bench-follow: $(VENV)/dev.stamp
	PYTHONPATH=. $(PY) bench/follow.py $(ARGS)

bench-log: $(VENV)/dev.stamp
	PYTHONPATH=. $(PY) bench/import_log.py $(ARGS)

bench-project: $(VENV)/dev.stamp
	$(PY) bench/project.py

bench-start: $(VENV)/dev.stamp
	$(PY) bench/start.py

# 5.45 million rows unless ARGS says how many: some 15 GB of room in TMPDIR, and minutes.
bench-import: $(VENV)/dev.stamp
	$(PY) bench/import_growth.py $(ARGS)

# Needs uv (`pip install uv`), and only where requirements change. --universal makes one list for every
# platform and Python from 3.11 on; no address is written, so any registry will do.
UV ?= uv
LOCK := $(UV) pip compile --quiet --python-version 3.11 --universal --generate-hashes \
        --no-emit-index-url --no-header
lock:
	$(LOCK) requirements/run.in -o requirements/run.txt
	$(LOCK) requirements/dev.in -o requirements/dev.txt
	$(LOCK) requirements/trace.in --constraints requirements/dev.txt -o requirements/trace.txt
	$(LOCK) requirements/fuzz.in -o requirements/fuzz.txt
	$(LOCK) requirements/dashboard.in -o requirements/dashboard.txt

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "The data in .mentorgraph is kept; remove that folder to begin anew."

help:
	@echo "make run    the server, with a demo wiki, at 127.0.0.1:8400"
	@echo "make test   every test; ARGS='-k name' for some"
	@echo "make fuzz   what nobody would ask, twice two minutes; SECONDS=20 for less"
	@echo "make dashboard   builds the dashboard anew; make test-dashboard tries it in Chromium"
	@echo "make lint   style, types and contracts"
	@echo "make test-clients, test-wiki   the clients that people use; a real MediaWiki, followed"
	@echo "make schema, docs, lock, clean, bench-reads, bench-resign, bench-watch, bench-simulate, bench-import,"
	@echo "     bench-follow, bench-log, bench-project, bench-start, bench-dashboard   see Makefile and CONTRIBUTING.md"

# Each stamp is as new as what is installed, so that a later run finds out in no time. The first Python
# of a fitting version is taken; the venv is made again over an older one, which brings pip where a
# venv was made without.
$(VENV)/run.stamp: requirements/run.txt
	@set -e; for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "mentorgraph needs Python 3.11 or newer; say which one: make PYTHON=/path/to/python" >&2; exit 1; fi; \
	echo "Installing what mentorgraph needs into $(VENV) (once) …"; \
	$(PY) -m pip --version >/dev/null 2>&1 || $$found -m venv $(VENV); \
	$(PIP) --requirement requirements/run.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	@echo "Installing what the tests need …"
	@$(PIP) --requirement requirements/dev.txt
	@touch $@

$(VENV)/fuzz.stamp: $(VENV)/dev.stamp requirements/fuzz.txt
	@echo "Installing what fuzzing needs …"
	@$(PIP) --requirement requirements/fuzz.txt
	@touch $@

$(VENV)/dashboard.stamp: $(VENV)/dev.stamp requirements/dashboard.txt
	@echo "Installing what drives a browser …"
	@$(PIP) --requirement requirements/dashboard.txt
	@touch $@
