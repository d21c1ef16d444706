"""Kafka: its jars from Maven, a formatted folder as template, one broker per stack."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

from halo_local import prepare
from halo_local.building import build_cache, run_build
from halo_local.cache import BUILDS, build_once, cache_root, data_root, fingerprint, say
from halo_local.parts import Part, Server, free_port, plain_env

SOURCE: Final = BUILDS / "kafka"
JVM: Final = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""The quick compiler alone halves the work of a start, and carried more records a second in runs of half a minute."""
CLUSTER_ID: Final = "aGFsby1wYW1vci1sb2NhbA"
STOP_SECONDS: Final = 30

# ApiVersions, version 0: size 10, key 18, version 0, correlation 1, no client name.
HELLO: Final = b"\0\0\0\x0a\0\x12\0\0\0\0\0\x01\xff\xff"


def needed_tools() -> tuple[prepare.Tool, ...]:
    """Return what the machine must have: Maven only until the jars are there."""
    return (prepare.JAVA,) if (cache_root() / _jars_name()).exists() else (prepare.JAVA, prepare.MAVEN)


def build() -> None:
    """Fetch the jars and make the template, where that was not done before."""
    _template()


def lay_out(run: Path, *, durable: bool) -> Part:
    """Prepare a broker in the folder `run`.

    Kafka leaves flushing to the operating system either way, so `durable` changes nothing.
    """
    del durable
    home = _template()
    port, controller = free_port(), free_port()
    own = run / "kafka"
    own.mkdir(mode=0o700)
    shutil.copytree(home / "data", own / "data")
    _write_settings(own, port, controller)
    server = Server(
        name="kafka",
        argv=[*_java(home), "kafka.Kafka", str(own / "server.properties")],
        cwd=str(own),
        log=str(own / "log.txt"),
        env=plain_env(),
    )
    return Part(server, lambda: answers(port), {"kafka": f"127.0.0.1:{port}"})


def _write_settings(own: Path, port: int, controller: int) -> None:
    settings = (SOURCE / "server.properties").read_text()
    (own / "server.properties").write_text(
        f"{settings}"
        f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n"
        f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n"
        f"controller.quorum.voters=1@127.0.0.1:{controller}\n"
        f"log.dirs={own / 'data'}\n"
    )


def answers(port: int) -> bool:
    """Tell whether a broker answers at this port of 127.0.0.1."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(HELLO)
            return len(connection.recv(4)) > 0
    except OSError:
        return False


def _java(template: Path | None) -> list[str]:
    """Return the command line up to the main class; the template brings an archive of loaded classes."""
    jars = sorted(str(jar) for jar in _jars().glob("*.jar"))
    archive = [f"-XX:SharedArchiveFile={template / 'classes.jsa'}", "-Xshare:auto"] if template else []
    return [
        str(prepare.java()),
        *JVM,
        *archive,
        f"-Dlog4j2.configurationFile={SOURCE / 'log4j2.properties'}",
        "-cp",
        ":".join(jars),
    ]


def _jars_name() -> str:
    return f"kafka-{fingerprint(SOURCE / 'pom.xml')}"


def _jars() -> Path:
    return build_once(cache_root(), _jars_name(), _fetch)


def _fetch(aside: Path) -> None:
    say("fetching Kafka's jars with Maven (about a quarter of a minute)")
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={aside}"]
    with build_cache("maven") as repository:
        own = f"-Dmaven.repo.local={repository}"
        run_build("Kafka's jars", ["mvn", "-B", "-q", own, "-f", str(SOURCE / "pom.xml"), *goal], cwd=aside)


def _template() -> Path:
    launcher = prepare.java()
    key = fingerprint(SOURCE, *JVM, str(_jars()), os.path.realpath(launcher or ""))
    return build_once(data_root(), f"kafka-{key}", _make_template)


def _make_template(aside: Path) -> None:
    """Format a folder, then start and stop a broker once so that Java keeps its loaded classes."""
    (aside / "data").mkdir()
    trial = aside / "trial"
    trial.mkdir()
    _write_settings(trial, port := free_port(), free_port())
    settings = str(trial / "server.properties")
    tool = [*_java(None), "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", settings]
    run_build("Kafka's folder", tool, cwd=trial)
    shutil.copytree(trial / "data", aside / "data", dirs_exist_ok=True)
    _archive_classes(aside / "classes.jsa", settings, port)
    shutil.rmtree(trial)


def _archive_classes(archive: Path, settings: str, port: int) -> None:
    command = _java(None)
    command.insert(1, f"-XX:ArchiveClassesAtExit={archive}")
    with subprocess.Popen(
        [*command, "kafka.Kafka", settings],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as broker:
        deadline = time.monotonic() + STOP_SECONDS
        while broker.poll() is None and time.monotonic() < deadline and not answers(port):
            time.sleep(0.1)
        broker.terminate()
        try:
            broker.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            broker.kill()
    if not archive.exists():
        say("Java kept no archive of Kafka's classes: the broker starts more slowly, nothing else changes")
