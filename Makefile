# make demo   sets everything up the first time, then shows the demo
# make test   sets everything up the first time, then runs all tests in two processes (make test ARGS="-k timeline")
# make lint   ruff, pyright and import-linter
# make clean  removes the environment, the demo project and caches
BIN := .venv/bin
ARGS ?=
export PYTHON

.PHONY: demo test lint set-up clean

demo: set-up
	@$(BIN)/python main.py demo $(ARGS)

test: set-up
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

lint: set-up
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/pyright

set-up:
	@sh .ci/set-up

clean:
	rm -rf .venv demo.fedn build *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
