"""Where the demo finds the project's data and keeps its own files."""

import os
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parent
ROOT: Final = PACKAGE.parents[3]
"""The root of the checkout: the demo runs from a clone, never installed alone."""

DATA: Final = PACKAGE / "data"
KELURAHAN_FILE: Final = ROOT / "data" / "bekasi_kelurahan.csv"
RW_FILE: Final = ROOT / "data" / "bekasi_rw.csv"


def build_folder() -> Path:
    """Return the folder of logs and reports: $HALO_DEMO_BUILD, or build/demo in the checkout."""
    folder = Path(os.environ.get("HALO_DEMO_BUILD") or ROOT / "build" / "demo")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
