# Each target is a line; the work is in tasks.py, which needs nothing but Python 3.11.
PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
RESET ?= 0
ARGS ?=

.PHONY: help demo test lint lock screens messages bench-exam bench-certificates

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: ## build the demo world and serve it; PORT=8123, RESET=1 starts over, SERVE=0 only builds
	@$(PYTHON) tasks.py demo --port $(PORT) $(if $(filter 1,$(RESET)),--reset) $(if $(filter 0,$(SERVE)),--no-serve)

test: ## run the whole suite on SQLite, and on PostgreSQL when a server answers
	@$(PYTHON) tasks.py test $(ARGS)

lint: ## style, types and import contracts
	@$(PYTHON) tasks.py lint

lock: ## resolve the dependencies into requirements/*.lock
	@$(PYTHON) tasks.py lock

screens: ## render every key page at 360 and 1280 px in both languages into screens/
	@$(PYTHON) tasks.py screens $(ARGS)

bench-exam: ## play an exam hall against the server and measure it, on SQLite and PostgreSQL; ARGS="--help"
	@$(PYTHON) tasks.py bench_exam $(ARGS)

bench-certificates: ## measure certificates and registers of up to a million entries; ARGS="--help"
	@$(PYTHON) tasks.py bench_certificates $(ARGS)

messages: ## renew and compile the Arabic catalogues (needs GNU gettext)
	@$(PYTHON) tasks.py messages
