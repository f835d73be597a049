# `make book` and `make test` are all you need; `make help` lists the rest.
# Settings: CHAPTER=latent_motion, PROFILE=overnight, NOTEBOOKS="latent_motion/03", ALL=1, WAIT=1,
# ALLOW_DIRTY=1, PYTHON=/path/to/python, PORT=8000.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
PROFILE ?= overnight
PORT ?= 8000
ONLY := $(if $(CHAPTER),--chapter $(CHAPTER))

export WAIT ALLOW_DIRTY PYTHON
# The virtual environment of another project must not lend its packages.
unexport PYTHONPATH PYTHONHOME

.PHONY: help venv book read test refresh data plan smoke overnight full serve lint bench clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

venv:  ## make .venv from pyproject.toml and constraints.txt; the other targets do this too
	@$$(command -v python3 || echo $${PYTHON:-python3}) workflow/venv.py

book: venv  ## run the notebooks that are out of date and render _build/html
	@$(PY) -m workflow.driver book

read: venv  ## render the committed outputs into _build/html without running anything
	@$(PY) -m workflow.pages committed

test: venv  ## all tests: pytest, every notebook, pairs, pages without a warning
	@TQDM_DISABLE=1 $(PY) -m pytest -n 2 --dist loadscope --nbval-lax \
		--nbval-sanitize-with tests/nbval_sanitize.cfg tests $(wildcard book)

lint: venv  ## check style, format and the direction of imports
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports

refresh: venv  ## sync notebook pairs, store fresh outputs, compile parameters (ALL=1, NOTEBOOKS=...)
	@$(PY) -m workflow.refresh $(if $(filter-out 0,$(ALL)),--all) $(NOTEBOOKS)

data: venv  ## download the open data sets that can be downloaded (CHAPTER=...)
	@.venv/bin/gaitnb data fetch $(ONLY)

plan: venv  ## what a long run would do, and its hours (PROFILE=overnight, CHAPTER=...)
	@$(PY) -m workflow.plan $(PROFILE) $(ONLY)

smoke: venv  ## the long runs at their smallest scale, a few minutes (CHAPTER=...)
	@$(PY) -m workflow.driver units smoke $(ONLY)

overnight: venv  ## the long runs that two cores carry in a night; resumable (CHAPTER=...)
	@$(PY) -m workflow.driver units overnight $(ONLY)

full: venv  ## the long runs at the papers' scale; resumable (CHAPTER=...)
	@$(PY) -m workflow.driver units full $(ONLY)

serve:  ## look at _build/html in a browser, at http://localhost:8000 (PORT=...)
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

bench: venv  ## benchmarks, side by side with what one would write oneself
	@$(PY) -m pytest benchmarks --benchmark-only --benchmark-columns=median,iqr,rounds

clean:  ## remove everything that was built, except .venv
	@rm -rf _build .snakemake
