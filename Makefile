# The whole life of a checkout. Needs Python 3.11 or newer and make; everything else comes from
# requirements.lock, checked against its hashes.
PYTHON ?= python3
DATA ?= data
PARTICIPANTS ?= 2412
SEED ?= 4
SIZES ?= 2400 20000
VENV := .venv
CCDS := $(VENV)/bin/ccds

# Where this is set, every process compiles the three thousand modules that it imports again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-unit attack heavy mutations truth ui pictures superset bench lint format schema spec docs lock environment clean

run: environment ## Generate the demonstration if there is none, and run the pipeline.
	@if [ ! -e $(DATA)/landing ]; then $(CCDS) demo --data $(DATA) --participants $(PARTICIPANTS) --seed $(SEED); fi
	@$(CCDS) run --data $(DATA)

# Runs in tests wait for a disk: their files are in memory where four gigabytes are free.
test test-unit attack heavy: export TMPDIR := $(shell test "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 {print $$4}')" -gt 4194304 2>/dev/null && echo /dev/shm || echo "$${TMPDIR:-/tmp}")

test: environment ## Pass the tests.
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-unit: environment ## Pass the tests that touch no database and no other process: within a minute.
	$(VENV)/bin/python -m pytest -m "not heavy and not slow" -n 2 --dist loadfile \
		ccds_pipeline_tests/unit ccds_pipeline_tests/property

attack: environment ## Run every attack, and print which held.
	$(VENV)/bin/python -m pytest -m attack -n 2 --dist loadfile -p ccds_pipeline_tests.support.attack_table

heavy: environment ## Pass the tests that take too long for every change.
	$(VENV)/bin/python -m pytest -m "heavy and not attack" -n 2 --dist loadfile

mutations: environment ## Switch each privacy control off in turn, and print which attack notices.
	$(VENV)/bin/python -m ccds_pipeline_tests.support.mutations

truth: environment ## Write what an ideal evaluator finds in the demonstration, beside its landing folder.
	@$(VENV)/bin/python -m ccds_pipeline_tests.truth $(DATA)/landing

ui: environment ## Open the Dagster UI on this machine.
	@$(CCDS) ui --data $(DATA)

pictures: environment ## Take the pictures of report and Dagster UI in the documentation, from the data of a run.
	@$(VENV)/bin/python -m ccds_pipeline_tests.support.pictures $(DATA)

superset: environment ## Import the dashboards into a real Superset, compare every chart, take pictures.
	$(VENV)/bin/python benchmarks/superset.py $(DATA)

bench: environment ## Measure time and memory at each of SIZES, against a floor and against peers.
	$(VENV)/bin/python benchmarks/pipeline.py --sizes $(SIZES)

lint: environment ## Lint, format and type checks, SQL included.
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/sqlfluff lint --disable-progress-bar sql
	$(VENV)/bin/dg check defs

format: environment ## Put code and SQL into shape.
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/sqlfluff fix --disable-progress-bar sql

schema: environment ## Write the JSON Schemas for editors, the contract of the released tables and the lineage of columns.
	$(VENV)/bin/python -c "from ccds_pipeline.programme.load import programme_schema; print(programme_schema(), end='')" \
		> ccds_pipeline/programme/programme.schema.json
	$(VENV)/bin/python -c "from ccds_pipeline.schemas.files import write_file_schemas; write_file_schemas()"
	$(VENV)/bin/python -c "from ccds_pipeline.schemas.contract import write_contract; write_contract()"
	$(VENV)/bin/python -c "from ccds_pipeline.warehouse.lineage import write_lineage; write_lineage()"

spec: environment ## Write the specification pages from the tests that assert them.
	$(VENV)/bin/python -m ccds_pipeline_tests.support.specification

docs: environment ## Write the reference pages from the code, and build the documentation into site/.
	$(VENV)/bin/python -m ccds_pipeline_tests.support.reference_pages
	$(VENV)/bin/zensical build --clean --strict --config-file mkdocs.yml

lock: environment ## Pin the newest versions that pyproject.toml allows.
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --extra dev --generate-hashes --upgrade \
		--no-emit-index-url --no-header --no-annotate --quiet pyproject.toml --output-file requirements.lock

environment: $(VENV)/.ready

# uv itself comes from the lock, by pip; it then installs the rest about ten times faster.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 to 3.13 is needed; set PYTHON=python3.x" if not (3, 11) <= sys.version_info[:2] <= (3, 13) else 0)'
	@echo "Making the environment in $(VENV) …" >&2
	@$(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.lock
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(VENV)/uv.lock
	@$(VENV)/bin/uv pip sync --quiet --python $(VENV)/bin/python --require-hashes requirements.lock
	@$(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

clean: ## Remove the environment; data stays.
	rm -rf $(VENV)
