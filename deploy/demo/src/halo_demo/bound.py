"""Runs a program that the kernel ends with its parent: `python -I -S bound.py PARENT PROGRAM ARGUMENT…`.

It needs nothing but the standard library, and gives its process over to the program.
"""

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def main() -> None:
    """Bind this process to its parent's life, then become the program."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent was gone before the program began")
    os.execv(program[0], program)  # noqa: S606 - the point of this file


if __name__ == "__main__":
    main()
