"""ClamAV's clamd with a single signature of our own, which finds the EICAR test file: enough to see a paper refused."""

import os
import socket
from pathlib import Path
from typing import Final

from halo_local import prepare
from halo_local.errors import MissingToolError
from halo_local.parts import Part, Server, free_port, plain_env

EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every scanner takes for a virus (eicar.org), in pieces, so that none takes this one for it."""
SIGNATURE: Final = f"Eicar:0:*:{EICAR.hex()}\n"
"""As in ClamAV's extended signatures: name, any type of file, anywhere in it, the bytes."""
CONFIGURATION: Final = """\
Foreground yes
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
TCPAddr {address}
TCPSocket {port}
StreamMaxLength 10M
MaxFileSize 10M
MaxScanTime 8000
AlertExceedsMax yes
"""
STAYS_ROOT: Final = "User root\n"
"""Started by root, clamd would become `clamav`, who can't enter our folder."""


def needed_tools() -> tuple[prepare.Tool, ...]:
    """Return what the machine should have."""
    return (prepare.CLAMD,)


def build() -> None:
    """Do nothing: Debian's package has the server."""


def lay_out(run: Path, *, durable: bool) -> Part:
    """Prepare a scanner in the folder `run`. It stores nothing, so `durable` changes nothing.

    Raises:
        MissingToolError: clamd is not installed.
    """
    del durable
    program = prepare.clamd()
    if program is None:
        raise MissingToolError(f"missing: {prepare.CLAMD.what}")
    port, own = free_port(), run / "clamd"
    (own / "signatures").mkdir(parents=True, mode=0o700)
    (own / "signatures/eicar.ndb").write_text(SIGNATURE)
    settings = own / "clamd.conf"
    settings.write_text(
        CONFIGURATION.format(folder=own, address="127.0.0.1", port=port) + ("" if os.geteuid() else STAYS_ROOT)
    )
    server = Server(
        name="clamd",
        argv=[str(program), "--config-file", str(settings)],
        cwd=str(own),
        log=str(run / "clamd.txt"),
        env=plain_env(),
    )
    return Part(server, lambda: answers(port), {"clamd": f"127.0.0.1:{port}"})


def answers(port: int) -> bool:
    """Tell whether a scanner answers at this port of 127.0.0.1."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.settimeout(1)
            connection.sendall(b"zPING\0")
            return connection.recv(16).startswith(b"PONG")
    except OSError:
        return False
