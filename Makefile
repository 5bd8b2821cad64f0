# Everything a newcomer, a teacher or the gate runs; nothing relies on what is installed
# besides python3 (3.11 or later) with venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint types unit setup system bench truth fuzz api-fuzz goldens widths contact clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	$(BIN)/python -m compileall -q problems templates grader
	touch $(STAMP)

# Debian packages that only tests need: LibreOffice, for the round trip through a spreadsheet.
# Without root, or without a network, the tests that need them are skipped.
system:
	@if command -v soffice >/dev/null; then echo "LibreOffice is here already"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qy --no-install-recommends libreoffice-calc || true; \
	fi
	@command -v soffice >/dev/null || { \
		echo "*** NOT INSTALLED: LibreOffice (needs root and apt-get). ***"; \
		echo "*** tests/grader/test_libreoffice.py will be SKIPPED.    ***"; }

demo: setup
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python examples/demo.py

test: system lint types unit

lint: setup
	$(BIN)/ruff check problems templates grader tests examples
	$(BIN)/ruff format --check problems templates grader tests examples

types: setup
	$(BIN)/mypy

unit: setup
	$(BIN)/pytest -q

truth: setup
	$(BIN)/python tests/bench/truth.py

# A million mutated answers (about ten minutes); TEXTS=N for fewer, SEED=N for others.
fuzz: setup
	$(BIN)/python tests/fuzz/answers.py $(or $(TEXTS),1000000) $(or $(SEED),1)

# The REST interface against its own description (some minutes); EXAMPLES=N for more.
api-fuzz: setup
	API_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/pytest -q tests/web/test_api_description.py

# Speeds beside a floor of the same run (about ten minutes); TIMES=10 adds ten times the class.
bench: setup
	$(BIN)/python tests/bench/startup.py
	$(BIN)/python tests/bench/draws.py
	$(BIN)/python tests/bench/generation.py
	$(BIN)/python tests/bench/marking.py
	$(BIN)/python tests/bench/paper.py
	PYTHONPATH=tests/support $(BIN)/python tests/bench/formulas.py
	$(BIN)/python tests/bench/bulk.py

goldens: setup
	$(BIN)/pytest -q tests/test_goldens.py tests/test_paper_goldens.py --update-goldens

# Needs pdflatex with amsmath and lmodern; the stored widths are what the tests use.
widths: setup
	PYTHONPATH=tests/support $(BIN)/python tests/support/latex_widths.py

# The picture of all page kinds in docs/; with PAGES=FOLDER every page at 100 dpi.
contact: setup
	PYTHONPATH=tests/support $(BIN)/python tests/support/contact_sheet.py $(PAGES)

clean:
	rm -rf $(VENV) demo
