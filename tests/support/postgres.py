"""A PostgreSQL of one's own for tests: in a temporary folder, on loopback, ended afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from service import free_port

# runuser, mkfs and mount: tools of administrators stand where not every PATH looks
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


USER = "bpgrade"
LOUD = (
    "\n*** PostgreSQL IS NOT INSTALLED: everything that needs it is SKIPPED. ***\n"
    "*** As root: make system                                          ***\n"
)
CONF = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 100
shared_buffers = 64MB
"""
MEMORY = Path("/dev/shm")
"""Files there never wait for a disk; they outlive whatever tests do to PostgreSQL's processes."""
ROOM = 1 << 30
"""Bytes that some clusters may need."""


def tools() -> Path | None:
    """The folder of initdb and pg_ctl, of the newest version; None without PostgreSQL."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3])
    )
    if found:
        return found[-1].parent
    here = shutil.which("initdb")
    return Path(here).resolve().parent if here else None


@dataclass
class Cluster:
    """A running server with any number of databases."""

    folder: Path
    port: int
    bin: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, name: str = "postgres") -> str:
        """As `--database-url` takes it."""
        return f"postgres://{USER}@127.0.0.1:{self.port}/{name}"

    def database(self) -> str:
        """The address of a new, empty database."""
        import psycopg

        name = f"t{next(self.numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "start")

    def stop(self, how: str = "immediate") -> None:
        """End it: `immediate` is a crash, `fast` an orderly end."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", how, "stop")

    def make(self) -> None:
        """Make the cluster's files."""
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-A", "trust", "-U", USER, "-E", "UTF8", "-N")
        with (data / "postgresql.conf").open("a") as stream:
            stream.write(CONF.format(port=self.port, folder=self.folder))

    def _run(self, tool: str, *options: str) -> None:
        """As another user where we are root, for whom PostgreSQL does not run."""
        command = [str(self.bin / tool), *options]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if tool == "initdb" else subprocess.DEVNULL,
        )
        if done.returncode:
            raise RuntimeError(f"{tool}: {(done.stderr or b'').decode()[-500:]}")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster for a block; skips the test where PostgreSQL is not installed."""
    where = tools()
    if where is None:
        print(LOUD, file=sys.__stderr__)
        pytest.skip("PostgreSQL is not installed: make system")
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="bpgrade-pg-", dir=MEMORY if roomy else None))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    found = Cluster(folder, free_port(), where)
    try:
        found.make()
        found.start()
        try:
            yield found
        finally:
            found.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
