"""The two programs that are compared, each installed in an environment of its own. Measures nothing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
ALEMBIC = "1.20.1"
SHARED = ("sqlalchemy", "psycopg", "mako")
"""What both environments hold in the version that headway is developed with."""


@dataclass(frozen=True)
class Peer:
    """One installed program."""

    name: str
    environment: Path

    @property
    def program(self) -> Path:
        """The console script."""
        return self.environment / "bin" / self.name

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return self.environment / "bin" / "python"


def install_headway() -> Peer:
    """headway, built from this checkout as it is now and installed as users install it, not editable."""
    peer = Peer("headway", BENCH / ".venv-headway")
    _install(peer, ["--force-reinstall", "--no-deps", str(ROOT)], after=[f"{ROOT}[postgresql]", *_shared()])
    return peer


def install_alembic() -> Peer:
    """Alembic, with the same versions of what it shares with headway."""
    peer = Peer("alembic", BENCH / ".venv-alembic")
    _install(peer, [], after=[f"alembic=={ALEMBIC}", *_shared()])
    return peer


def versions(peer: Peer) -> dict[str, str]:
    """The packages of an environment that decide how fast it is."""
    names = ("python", peer.name, "SQLAlchemy", "psycopg")
    code = (
        "import sys, importlib.metadata as m;"
        "print(sys.version.split()[0], *(m.version(name) for name in sys.argv[1:]), sep='\\n')"
    )
    done = subprocess.run([peer.python, "-c", code, *names[1:]], check=True, capture_output=True, text=True)
    return dict(zip(names, done.stdout.split(), strict=True))


# -- helpers ----------------------------------------------------------------------------------------------------


def _shared() -> list[str]:
    return [f"{name}{'[binary]' if name == 'psycopg' else ''}=={version(name)}" for name in SHARED]


def _install(peer: Peer, again: Sequence[str], *, after: Sequence[str]) -> None:
    """Installs ``after``; an environment that has it already only gets ``again``, and nothing if nothing changed."""
    stamp = peer.environment / "installed"
    wanted = "\n".join([*after, _digest() if again else "", sys.version])
    installed = stamp.read_text(encoding="utf-8") if stamp.exists() else None
    if installed == wanted:
        return
    print(f"bench: installing {peer.name} in {peer.environment}", file=sys.stderr)
    if installed is None:
        subprocess.run([sys.executable, "-m", "venv", "--clear", peer.environment], check=True)
    _pip(peer, after)
    if again:
        _pip(peer, again)  # the version is the same, so pip alone would see no reason to install it anew
    stamp.write_text(wanted, encoding="utf-8")


def _pip(peer: Peer, arguments: Sequence[str]) -> None:
    options = ["--quiet", "--disable-pip-version-check", "--compile"]
    subprocess.run([peer.python, "-m", "pip", "install", *options, *arguments], check=True)


def _digest() -> str:
    """What the checkout holds that is installed."""
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes())
    for path in sorted(path for root in ("engine", "entrypoint") for path in (ROOT / root).rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()
