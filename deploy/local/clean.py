"""Removes what set-up and runs have left: python3 deploy/local/clean.py. Needs nothing but Python 3.11 or newer."""

# ruff: noqa: INP001 - a script, in no package

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local/src"))
sys.dont_write_bytecode = True

from halo_local.cache import say  # noqa: E402 - found by the line above
from halo_local.cleaning import clean  # noqa: E402
from halo_local.errors import LocalStackError  # noqa: E402

if __name__ == "__main__":
    try:
        clean(ROOT)
    except LocalStackError as problem:
        say(str(problem))
        sys.exit(1)
