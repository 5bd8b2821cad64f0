# Everything a newcomer, a teacher or the gate runs; nothing relies on what is installed
# besides python3 (3.11 or later) with venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= auto
QUICK := tests/test_startup.py tests/test_structure.py tests/test_rooms.py tests/test_step_kinds.py \
	tests/test_goldens.py tests/problems tests/grader

.PHONY: demo test quick lint types unit docs setup system bench faults truth fuzz api-fuzz goldens widths contact clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	$(BIN)/python -m compileall -q problems templates grader bpgrade
	touch $(STAMP)

# Debian packages that only tests need: LibreOffice, for the round trip through a spreadsheet;
# PostgreSQL, the service's other database; Chromium, for its pages. Without root, or without a
# network, the tests that need them are skipped.
system:
	@missing=; \
	command -v soffice >/dev/null || missing="$$missing libreoffice-calc"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null \
		|| missing="$$missing postgresql"; \
	if [ -z "$$missing" ]; then echo "LibreOffice, PostgreSQL and Chromium are here already"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q; \
		for one in $$missing; do DEBIAN_FRONTEND=noninteractive \
			apt-get install -qy --no-install-recommends $$one || true; done; \
	fi
	@command -v soffice >/dev/null || { \
		echo "*** NOT INSTALLED: LibreOffice (needs root and apt-get). ***"; \
		echo "*** tests/grader/test_libreoffice.py will be SKIPPED.    ***"; }
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
		echo "*** NOT INSTALLED: PostgreSQL (needs root and apt-get).          ***"; \
		echo "*** The tests of the service with PostgreSQL will be SKIPPED.    ***"; }
	@command -v chromium >/dev/null || { \
		echo "*** NOT INSTALLED: Chromium (needs root and apt-get).   ***"; \
		echo "*** The tests of pages in a browser will be SKIPPED.    ***"; }

demo: setup
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python examples/demo.py

test: system lint types unit

lint: setup
	$(BIN)/ruff check problems templates grader bpgrade tests examples docs
	$(BIN)/ruff format --check problems templates grader bpgrade tests examples docs

types: setup
	$(BIN)/mypy

# On all cores, file by file; the twenty slowest are named at the end. WORKERS=0 for one process.
unit: setup
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=20

# For the day, in less than a minute: lint, types, and the tests that take no time.
quick: setup lint types
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile -m "not slow" $(QUICK)

# The documentation as a site, strictly: build/site/index.html opens without a server. `make test`
# builds it as well (tests/docs).
docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

# What is read of true transcripts in all spellings and files (a minute), then two million
# transcripts marked (ten to fifteen minutes); fails where a limit is broken. SEED=N for other
# exercises and students, EXERCISES=N for another number of exercises a family.
truth: setup
	PYTHONPATH=tests/support $(BIN)/python tests/bench/reading.py
	$(BIN)/python tests/bench/truth.py $(addprefix --seed ,$(SEED)) \
		$(addprefix --exercises ,$(EXERCISES))

# A million mutated answers (about ten minutes); TEXTS=N for fewer, SEED=N for others.
fuzz: setup
	$(BIN)/python tests/fuzz/answers.py $(or $(TEXTS),1000000) $(or $(SEED),1)

# The REST interface against its own description (some minutes); EXAMPLES=N for more.
api-fuzz: setup
	API_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/pytest -q tests/web/test_api_description.py

# Speeds beside a floor of the same run (some fifteen minutes); TIMES=10 adds ten times the class.
bench: setup
	$(BIN)/python tests/bench/startup.py
	$(BIN)/python tests/bench/draws.py
	$(BIN)/python tests/bench/generation.py
	$(BIN)/python tests/bench/marking.py
	$(BIN)/python tests/bench/paper.py
	PYTHONPATH=tests/support $(BIN)/python tests/bench/formulas.py
	$(BIN)/python tests/bench/bulk.py
	$(BIN)/python tests/bench/class_outputs.py
	PYTHONPATH=tests/support $(BIN)/python tests/bench/submissions.py
	PYTHONPATH=tests/support $(BIN)/python tests/bench/large_course.py

# Crashes, power cuts, full disks and slow clients at length (some ten minutes); as root all of
# them. `make test` does each of them once.
faults: system setup
	BPGRADE_FAULTS=long $(BIN)/pytest -q -s tests/faults tests/web/test_failing_database.py

goldens: setup
	$(BIN)/pytest -q tests/test_goldens.py tests/test_paper_goldens.py --update-goldens

# Needs pdflatex with amsmath and lmodern; the stored widths are what the tests use.
widths: setup
	PYTHONPATH=tests/support $(BIN)/python tests/support/latex_widths.py

# The picture of all page kinds in docs/; with PAGES=FOLDER every page at 100 dpi.
contact: setup
	PYTHONPATH=tests/support $(BIN)/python tests/support/contact_sheet.py $(PAGES)

clean:
	rm -rf $(VENV) build demo
