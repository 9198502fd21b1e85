"""A MariaDB server of the binaries on PATH (``local:mariadb``), started for the run in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from headway.errors import ConfigError, DatabaseFailure
from headway.redact import redact
from headway.runtime.connecting import trusted
from headway.scratch.port import Scratch

STARTUP_SECONDS = 60.0
"""How long the server may take until it takes connections."""

_SBIN = "/usr/local/sbin:/usr/sbin:/sbin"


@contextmanager
def open_mariadb() -> Iterator[Scratch]:
    """An empty database on a MariaDB server of its own, reached by a socket.

    Raises ConfigError when the binaries or a driver are missing, DatabaseFailure when the server does not start.
    """
    daemon, installer = _program("mariadbd"), _program("mariadb-install-db")
    if find_spec("pymysql") is None:  # the driver that the URL below names
        raise ConfigError(
            "a local MariaDB needs the package 'pymysql', which is not installed",
            hint="Run: pip install 'headway[mysql]'.",
        )
    with tempfile.TemporaryDirectory(prefix="headway-maria-", ignore_cleanup_errors=True) as folder:
        log = os.path.join(folder, "log")
        user = ["--user=root"] if os.geteuid() == 0 else []
        common = ["--no-defaults", f"--datadir={folder}/data", *user]
        made = subprocess.run(
            [installer, *common, "--auth-root-authentication-method=normal"],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise _does_not_start(made.stderr or made.stdout)
        own = [f"--socket={folder}/s", f"--tmpdir={folder}", f"--pid-file={folder}/pid", "--skip-networking"]
        fast = ["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"]
        with open(log, "wb") as out:
            # In a session of its own: Ctrl-C is for headway, which then stops it.
            process = subprocess.Popen(
                [daemon, *common, *own, *fast], stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            url = URL.create("mysql+pymysql", "root", database="mysql", query={"unix_socket": f"{folder}/s"})
            _wait(url, process, log)
            yield Scratch("mariadb", _make_database(url, "scratch"), partial(_make_database, url), folder=folder)
        finally:
            process.kill()  # nothing of it outlasts the run
            process.wait()


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=_SBIN)
    if found is None:
        raise ConfigError(
            f"local:mariadb needs the program '{name}', which is not on PATH",
            hint="Install the server (Debian: apt install mariadb-server), or use docker://mariadb:11.",
        )
    return found


def _wait(url: URL, process: subprocess.Popen[bytes], log: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    until = time.monotonic() + STARTUP_SECONDS
    while True:
        try:
            with trusted(), engine.connect():
                return
        except Exception:  # noqa: BLE001  # the driver has an error of its own for each moment of a start
            if process.poll() is not None or time.monotonic() > until:
                with open(log, encoding="utf-8", errors="replace") as file:
                    raise _does_not_start(file.read()) from None
        time.sleep(0.05)


def _does_not_start(said: str) -> DatabaseFailure:
    told = [line for line in said.splitlines() if "rror" in line] or said.splitlines()
    return DatabaseFailure(f"the local MariaDB does not start: {redact(' '.join(' '.join(told[-2:]).split()))[:400]}")


def _make_database(server: URL, name: str) -> str:
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with trusted(), engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {engine.dialect.identifier_preparer.quote_identifier(name)}")
    return server.set(database=name).render_as_string(hide_password=False)
