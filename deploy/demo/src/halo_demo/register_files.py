"""Writes what a platform in containers loads and offers: python -m halo_demo.register_files FOLDER."""

import shutil
import sys
from pathlib import Path

from halo_demo.make_requests import SEED
from halo_demo.paths import KELURAHAN_FILE, RW_FILE
from halo_demo.register import make_register, write_people, write_register


def main() -> None:
    """Write the officers, the people who may sign in, and the city's tables."""
    folder = Path(sys.argv[1])
    register = make_register(RW_FILE, SEED)
    write_register(register, folder / "officers.csv")
    write_people(register, folder / "people.json")
    for table in (KELURAHAN_FILE, RW_FILE):
        shutil.copyfile(table, folder / table.name)


if __name__ == "__main__":
    main()
