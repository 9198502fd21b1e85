"""Whether a replay that was kept is what a replay would make now: by everything that it was seen to read.

How databases are kept, and what notes the reading, stands elsewhere. What cannot be known is a reason to replay.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import secrets
import sqlite3
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from headway.api.project import Project
from headway.api.stages import Announce
from headway.api.start import start_file
from headway.errors import HeadwayError
from headway.files import read_small
from headway.pattern import pattern
from headway.reading.models_apart import reached_modules, without_models
from headway.reading.modules import modules_of
from headway.repository import git
from headway.repository.event import checkout
from headway.runtime.inputs import Inputs
from headway.scratch.kept import Entry, Keep
from headway.scratch.port import Scratch
from headway.scratch.stand_ins import database_url
from headway.script.directory import places_of
from headway.source_text import read_source
from headway.valueclass import valueclass
from headway.version import VERSION

KINDS = ("sqlite", "postgresql")
"""The scratch databases that can be kept."""

Found = tuple[tuple[tuple[str, ...], str], ...]
"""The version rows and the digest of the schema, each time that env.py runs a history."""

_EACH_RUN = pattern(
    r"(GITHUB|RUNNER|ACTIONS|GITLAB|GITEA|CI|INPUT|BUILDKITE|SSH|XDG_SESSION|HEADWAY_ACTION)_.*|PWD|OLDPWD|SHLVL|_|TERM"
    r"|COLUMNS|LINES|WINDOWID|HOSTNAME|INVOCATION_ID|JOURNAL_STREAM|PYTEST_CURRENT_TEST"
)
"""Environment variables that differ from run to run; many programs read every variable there is."""

_ALWAYS = pattern(r"PG.*|LC_.*|LANG|LANGUAGE|TZ|PYTHON.*")
"""Those that drivers and the server read by themselves, which nobody sees."""

_REACHES_OUT = pattern(
    r"\bCOPY\b[^;]*?\bFROM\b\s+(?:PROGRAM\s+)?'|\bpg_read_|\blo_import\b|\bfile_fdw\b|\bdblink|\bpostgres_fdw\b"
    r"|\bload_extension\b|\breadfile\b",
    re.I,
)
"""SQL by which the server reads what is not in the database."""


class NotAsKept(Exception):
    """A database that was kept is not what it was."""


@valueclass(frozen=True, slots=True)
class Restored:
    """A replay that was kept and is used."""

    entry: Entry
    state: Path
    revisions: frozenset[str]
    found: Found


@valueclass(frozen=True, slots=True)
class Keeping:
    """What a rehearsal has to do with kept replays."""

    inputs: Inputs
    """What user code has been seen to read in this process: what is imported once is read once."""
    kept: KeptReplays | None = None
    """None where this replay cannot be kept."""
    restored: Restored | None = None
    """What the database holds from the beginning."""


@valueclass(frozen=True, slots=True)
class Replay:
    """A replay that has ended, and what is to be known to keep it."""

    revisions: Sequence[str]
    inputs: Inputs
    shown: Collection[str]
    """The environment variables that show a stand-in's URL, whatever they hold otherwise."""
    found: Found
    touches_models: bool
    """Whether it has sent anything about the tables of the models."""
    against: Sequence[str] = ()
    """Why it cannot be kept."""


@valueclass(frozen=True, slots=True)
class KeptReplays:
    """The replays of one project on one kind of scratch database that this run may use, and where it keeps its own."""

    project: Project
    kind: str
    keep: Keep
    ref: str
    readable: frozenset[str]
    settings: str
    """What a replay depends on and can be known beforehand, in short."""
    tell: Announce
    """Takes the reasons why something was not kept."""

    def nearest(self, released: Collection[str], folder: Path, inputs: Inputs) -> Restored | None:
        """The replay that comes nearest to the ``released`` revisions, its state in ``folder``.

        What it has read is added to ``inputs``.
        """
        pairs = [(_texts(entry, "revisions"), entry) for entry in self.keep.entries()]
        for revisions, entry in sorted(pairs, key=lambda pair: -len(pair[0])):
            if revisions <= set(released) and self._is_usable(entry) and self.keep.take(entry, folder / "state"):
                for path, digest in entry.made_of["files"].items():
                    (inputs.modules if digest.startswith(_APART) else inputs.files).add(self._whole(path))
                inputs.folders |= {self._whole(path) for path in entry.made_of["folders"]}
                inputs.variables |= set(entry.made_of["variables"]["names"])
                return Restored(entry, folder / "state", revisions, _found(entry))
        return None

    def discard(self, restored: Restored) -> None:
        """Forgets one that was not what it should be."""
        self.tell(f"headway: the replay that was kept ({self.kind}) is not what it was, and is made anew")
        self.keep.discard(restored.entry)

    def add(self, scratch: Scratch, replay: Replay) -> None:
        """Keeps what the database holds after a replay, or tells why not."""
        try:
            if scratch.save is None or not self.keep.add(self._made_of(replay), scratch.save):
                raise _Unknown("parts of the server lie elsewhere")
        except _Unknown as reason:
            self.tell(f"headway: this replay ({self.kind}) is not kept: {reason}")
        except OSError as error:
            self.tell(f"headway: this replay ({self.kind}) is not kept: {self.keep.folder}: {error.strerror or error}")

    # -- what it is made of -------------------------------------------------------------------------------------

    def _made_of(self, replay: Replay) -> dict[str, Any]:
        inputs = replay.inputs
        for reason in (*replay.against, *inputs.unrepeatable):
            raise _Unknown(reason)
        own = self._own_files(replay.revisions)
        # A package goes before a module of the same name.
        packages = {os.path.join(os.path.splitext(path)[0], "__init__.py") for path in inputs.modules}
        read = own | inputs.files | inputs.modules | packages
        for path in read:
            self._refuse_to_reach_out(path)
        apart = self._beside_models(replay, own)
        names = {name for name in inputs.variables if not _EACH_RUN.fullmatch(name)} - set(replay.shown)
        salt = secrets.token_hex(16)
        return {
            "settings": self.settings,
            "ref": self.ref,
            "revisions": list(replay.revisions),
            "files": {self._short(path): self._unchanged(path, path in apart) for path in sorted(read)},
            "folders": {self._short(path): _listing(path) for path in sorted(inputs.folders)},
            "variables": {"names": sorted(names), "salt": salt, "digest": _values(names, salt)},
            "found": replay.found,
        }

    def _is_usable(self, entry: Entry) -> bool:
        """Whether everything that the replay has read is as it was."""
        made_of = entry.made_of
        try:
            variables = made_of["variables"]
            return (
                made_of["ref"] in self.readable
                and made_of["settings"] == self.settings
                and all(
                    _digest(self._whole(path), digest.startswith(_APART)) == digest
                    for path, digest in made_of["files"].items()
                )
                and all(_listing(self._whole(path)) == digest for path, digest in made_of["folders"].items())
                and _values(variables["names"], variables["salt"]) == variables["digest"]
                and bool(_found(entry))
            )
        except (_Unknown, KeyError, TypeError, ValueError, AttributeError):
            return False

    def _unchanged(self, path: str, apart: bool) -> str:
        with suppress(OSError):
            if os.stat(path).st_mtime > self.project.opened:
                raise _Unknown(f"{self._short(path)} was changed while the replay ran")
        return _digest(path, apart)

    def _beside_models(self, replay: Replay, own: set[str]) -> set[str]:
        """The modules of which models are left out: those that only env.py imports, for the comparison."""
        inputs = replay.inputs
        reached = None if replay.touches_models else self._reached(replay.revisions)
        if reached is None:
            return set()
        return {path for path in inputs.modules if not os.path.isabs(self._short(path))} - inputs.files - own - reached

    def _reached(self, revisions: Iterable[str]) -> set[str] | None:
        """The modules that these revisions use themselves; None where that cannot be told."""
        project = self.project
        modules, _ = modules_of(project.directory.dir, places_of(project.config, project.home), project.root)
        paths = [project.scripts.history.ids[revision].path for revision in revisions]
        found = reached_modules((read_source(path) for path in paths if path is not None), modules)
        return None if found is None else {os.path.join(modules.shown_from, path) for path in found}

    def _refuse_to_reach_out(self, path: str) -> None:
        if os.path.isabs(self._short(path)) or not os.path.isfile(path):
            return
        if _REACHES_OUT.search(read_small(path).decode("utf-8", "replace")):
            raise _Unknown(f"{self._short(path)} has SQL that reads files, or other servers")

    def _own_files(self, revisions: Iterable[str]) -> set[str]:
        """What headway itself reads for a replay: the settings, env.py, these revisions, what the database begins on."""
        history = self.project.scripts.history
        paths = [history.ids[revision].path for revision in revisions]
        config = self.project.config
        mine = (self.project.directory.env_py_location, config.config_file_name, config.toml_file_name, *paths)
        mine += (start_file(self.project),)
        return {os.path.abspath(path) for path in mine if path is not None}

    def _short(self, path: str) -> str:
        """Relative in the project, so that its folder may be another one."""
        return self.project.shown(path)

    def _whole(self, path: str) -> str:
        return os.path.join(self.project.root, path)


def kept_replays(project: Project, kind: str, folder: str | None, tell: Announce) -> KeptReplays | None:
    """The replays that this run may use, and keep; None where there are none for it, and why is told."""
    if folder is None or kind not in KINDS or project.untrusted:
        return None
    path = os.path.abspath(folder)
    try:
        ref, readable, why = _refs(project, path)
    except HeadwayError as error:
        why = error.message
    if why is None and project.directory.is_computed:
        why = "the headers of revisions are computed"
    if why is not None:
        tell(f"headway: no replay ({kind}) is kept or used: {why}")
        return None
    return KeptReplays(project, kind, Keep(Path(path)), ref, readable, _settings(project, kind), tell)


def cache_folder(project: Project, asked: str | None, *, off: bool) -> str | None:
    """Where replays are kept: what was asked for, or ``.headway/cache`` of the project; in a CI, whose checkout goes
    away, only what was asked for. None for nowhere."""
    if off:
        return None
    if asked is not None:
        return asked
    return None if os.environ.get("CI") or checkout(os.environ) else os.path.join(project.home, ".headway", "cache")


def _settings(project: Project, kind: str) -> str:
    policy = project.policy
    told = {
        "headway": VERSION,
        "python": [sys.version, platform.machine(), platform.system()],
        "packages": sorted(_packages()),
        "sqlite": sqlite3.sqlite_version,
        "kind": kind,
        "configuration": [project.shown(os.path.abspath(path)) for path in project.files],
        "section": project.name,
        "x": project.x,
        "scratch": [policy.start, policy.passed_connection, policy.url_variables, policy.app],
        "variables": {name: value for name, value in sorted(os.environ.items()) if _ALWAYS.fullmatch(name)},
        # Scratch databases are shown in the place of these, and by the same drivers.
        "drivers": {name: url.drivername for name, url in _urls() if not _EACH_RUN.fullmatch(name)},
        "folder": project.shown(os.getcwd()),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _urls() -> Iterator[tuple[str, URL]]:
    """The environment variables that hold the URL of a database."""
    for name, value in os.environ.items():
        url = database_url(value)
        if url is not None:
            yield name, url


def _refs(project: Project, folder: str) -> tuple[str, frozenset[str], str | None]:
    """Under which reference this run keeps, those that it reads, and what speaks against both."""
    if git.is_committed(folder):
        return "", frozenset(), f"{project.shown(folder)} is in the repository, where a pull request may change it"
    named = checkout(os.environ)
    if named is None:
        why = "this CI does not say what is checked out" if os.environ.get("CI") else None
        return "", frozenset({""}), why
    if named.commit is not None and git.commit_of(project.home) != named.commit:
        return "", frozenset(), f"the checkout is not {named.ref}, which the CI names"
    return named.ref, frozenset({named.ref, *([named.base] if named.base else [])}), None


class _Unknown(Exception):
    """Something that a replay depends on cannot be known."""


_APART = "beside models: "
"""What the digest of a module begins with of which models and tables are left out."""


def _digest(path: str, apart: bool) -> str:
    """What a file is, in short: a digest, or that it is not there; ``apart`` leaves models out."""
    try:
        data = read_small(path)
    except FileNotFoundError:
        return "absent"
    except OSError as error:
        raise _Unknown(f"{path}: {error.strerror}") from error
    left = without_models(data.decode("utf-8", "surrogateescape")) if apart else None
    return hashlib.sha256(data).hexdigest() if left is None else _APART + hashlib.sha256(left.encode()).hexdigest()


def _listing(path: str) -> str:
    try:
        names = sorted(name for name in os.listdir(path) if name != "__pycache__")
    except OSError:
        return "absent"
    return hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()


def _values(names: Collection[str], salt: str) -> str:
    """What these environment variables are, so that it takes long to try out what a secret among them might be."""
    told = json.dumps([[name, os.environ.get(name)] for name in sorted(names)])
    return hashlib.scrypt(told.encode("utf-8", "surrogatepass"), salt=salt.encode(), n=2**14, r=8, p=1).hex()


def _packages() -> Iterator[str]:
    """The names and versions of everything that is installed."""
    for place in sys.path:
        try:
            names = os.listdir(place or ".")
        except OSError:
            continue
        yield from (name for name in names if name.endswith((".dist-info", ".egg-info", ".egg-link")))


def _texts(entry: Entry, key: str) -> frozenset[str]:
    value = entry.made_of.get(key)
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()


def _found(entry: Entry) -> Found:
    return tuple((tuple(rows), digest) for rows, digest in entry.made_of["found"])
