# Python 3.11 or newer and make are all that a machine needs: the rest is installed into .venv and book/node_modules, here.
# `make` alone lists the commands. PYTHON=/path/to/python chooses the interpreter.

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests book pdf test check record format serve lab lock licenses matrix worlds bench measure live-check practice-check oracles mutants clean distclean
MAKEFLAGS += --no-print-directory

PYTHON ?=
SOLUTIONS ?=
LIVE ?=
export PYTHON SOLUTIONS LIVE
RUN := .venv/bin/python -m

help:
	@echo "make book       build the book; prints the path of index.html (SOLUTIONS=no: without the solutions;"
	@echo "                LIVE=no: without Run, which makes the pages run their cells)"
	@echo "make pdf        print the book: a PDF of every chapter and one of the whole, in _build/pdf (needs Chromium)"
	@echo "make test       prove it: lint, types, spelling, unit tests, every recorded output, every page"
	@echo "make check      the quick loop, three to five minutes: lint, unit tests, changed chapters"
	@echo "make record     execute changed chapters into tests/recorded (CHAPTERS=\"softmax losses\": these; ALL=1: all)"
	@echo "make format     bring code and chapters into their normal form"
	@echo "make serve      preview at http://127.0.0.1:8000 that rebuilds when a file changes (PORT=9000)"
	@echo "make lab        JupyterLab, in which a double click opens a chapter as a notebook"
	@echo "make lock       compile requirements.in and requirements-dev.in into exact pins (UPGRADE=1)"
	@echo "make licenses   list the license of every package and font in LICENSES-THIRD-PARTY.md"
	@echo "make matrix     every test under other orders, threads, locales, processors (ARGS=-l lists them)"
	@echo "make worlds     every output with the oldest and the newest packages, and every Python found (ARGS=-l)"
	@echo "make bench      how fast nnlib is next to SciPy, autograd and, where installed, PyTorch (ARGS=--help)"
	@echo "make measure    how the pages read and load, beside a stock Jupyter Book (fetches Lighthouse; needs Chromium)"
	@echo "make practice-check  a thousand variants of every practice problem (SEEDS=100: fewer)"
	@echo "make live-check every cell of every chapter in WebAssembly, as in a page, and its outputs (CHAPTERS=softmax)"
	@echo "make oracles    record the values of PyTorch that the tests compare with (needs PyTorch in .venv)"
	@echo "make mutants    plant errors in the chapters and in nnlib, and see what notices them; hours"
	@echo "                (FAULTS=softmax: one chapter; ARGS='--sample 100': fewer mutants; --help lists the rest)"
	@echo "make clean      remove what was built; make distclean removes the environment, too"

setup:
	@sh tools/setup

setup-tests: setup
	@$(RUN) tools.install tests/scripts

book: setup
	@$(RUN) tools.book

pdf: book
	@$(RUN) tools.pdf

test: setup setup-tests
	@$(RUN) tools.verify test

check: setup setup-tests
	@$(RUN) tools.verify check

record: setup
	@$(RUN) tools.record $(if $(ALL),--all) $(CHAPTERS)

format: setup
	@$(RUN) tools.format

serve: setup
	@$(RUN) tools.serve $(if $(PORT),--port $(PORT))

lab: setup
	@$(RUN) tools.lab

lock: setup
	@$(RUN) tools.lock $(if $(UPGRADE),--upgrade)

licenses: setup
	@$(RUN) tools.licenses

matrix: setup
	@.venv/bin/nox -f trials/noxfile.py -s circumstances $(ARGS)

worlds: setup
	@.venv/bin/nox -f trials/noxfile.py $(ARGS)

bench: setup
	@$(RUN) trials.speed $(ARGS)

measure: book
	@$(RUN) tools.install trials/reading/lighthouse
	@$(RUN) trials.reading $(ARGS)

practice-check: setup
	@SEEDS=$(or $(SEEDS),1000) $(RUN) pytest tests/practice -n 2 -q

live-check: setup
	@$(RUN) trials.live $(CHAPTERS)

oracles: setup
	@.venv/bin/python -c 'import torch' 2>/dev/null || { \
	  echo "make oracles needs PyTorch: .venv/bin/python -m pip install torch, then run it again. The tests do not."; exit 1; }
	@for program in make_oracles make_conv_oracles make_digits_oracle; do $(RUN) tests.nnlib.oracles.$$program || exit 1; done

mutants: setup
	@failed=0; SLIPS=all $(RUN) pytest tests/chapters/test_slips_noticed.py -n 2 -q || failed=1; $(RUN) trials.faults $(FAULTS) || failed=1; $(RUN) trials.mutants $(ARGS) || failed=1; exit $$failed

clean:
	@rm -rf _build build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .jupyter_cache
	@find . \( -name .venv -o -name node_modules -o -name .git \) -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

distclean: clean
	@rm -rf .venv book/node_modules tests/scripts/node_modules trials/reading/lighthouse/node_modules
