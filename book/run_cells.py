"""Run the cells of the pages that have changed, several pages at a time, and cache their outputs.

    python book/run_cells.py

Jupyter Book by itself runs one page after the other. After this script, it finds all outputs in the
cache. If a cell fails, nothing is cached for its page: Jupyter Book runs it again and says why.
"""

import logging
import os
from pathlib import Path

import yaml
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "_build" / ".jupyter_cache"
READER = {"name": "myst_nb_md", "type": "plugin"}


def main() -> None:
    """Run what is not cached."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # because each core runs a page of its own
    cache = get_cache(CACHE)
    pages = [
        page for page in (ROOT / "book").glob("*.md") if "{code-cell}" in page.read_text("utf-8")
    ]
    for page in pages:
        cache.add_nb_to_project(str(page), read_data=READER)
    executor = load_executor("local-parallel", cache, logger=logging.getLogger())
    executor.run_and_cache(timeout=config["execute"]["timeout"])


if __name__ == "__main__":
    main()
