"""The databases that a history runs on, the versions of their servers, and what told so: settings first, then what lies around."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping

from headway.config.dialects import DIALECTS, Databases, Version, parse, version_of
from headway.config.model import Config
from headway.config.policy import Policy
from headway.config.requirements import REQUIREMENTS, texts_of
from headway.pattern import pattern

_SCHEMES = {"postgres": "postgresql", **{name: name for name in DIALECTS}}
_IMAGES = {
    "postgres": "postgresql",
    "postgis": "postgresql",
    "timescaledb": "postgresql",
    "pgvector": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "mssql": "mssql",
    "oracle": "oracle",
}
_DRIVERS = {
    "postgresql": ("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "asyncpg", "pg8000"),
    "mysql": ("pymysql", "mysqlclient", "aiomysql", "asyncmy", "mysql-connector-python"),
    "mariadb": ("mariadb",),
    "mssql": ("pymssql",),
    "oracle": ("oracledb", "cx-oracle"),
}
_DRIVER_OF = {driver: database for database, drivers in _DRIVERS.items() for driver in drivers}
_WORKFLOWS = (".github/workflows/*.y*ml", "docker-compose*.y*ml", "compose*.y*ml", ".gitlab-ci.yml")

# Each repetition has an end, so that no file takes longer than in proportion to its length.
_IMAGE = pattern(
    r"""^[ \t]{0,99}(?:-[ \t]{0,9})?["']?image["']?[ \t]{0,9}:[ \t]{0,9}["']?([\w./:@-]{1,300})""", re.MULTILINE
)
_PACKAGE = pattern(r"""^[ \t"'\[]{0,99}([A-Za-z0-9][\w.-]{0,99})""", re.MULTILINE)
_QUOTED = pattern(
    r"""["']([A-Za-z0-9][\w.-]{0,99})[ \t]{0,9}(?:\[[\w, -]{0,99}\])?[ \t]{0,9}(?:[<>=!~^;@][^"'\n]{0,300})?["']"""
)


def databases_known(
    config: Config,
    policy: Policy,
    home: str,
    root: str,
    named: Iterable[str] = (),
    scratch: Iterable[str] = (),
) -> Databases:
    """What settings tell, and what lies around where they tell nothing, or of SQLite alone: that is often the database of
    a developer's machine, and more rules are safer than fewer. Raises ValueError for a name that is none."""
    told = databases_of(config, policy, named, scratch)
    if policy.dialects or tuple(named) or told.names - {"sqlite"}:
        return told
    around = databases_around(home, root)
    if not around.names:
        return told
    sources = [source for source in (told.source, around.source) if source]
    return Databases(told.names | around.names, around.versions, " and ".join(sources))


def databases_of(config: Config, policy: Policy, named: Iterable[str] = (), scratch: Iterable[str] = ()) -> Databases:
    """Those that ``named`` gives, each ``postgresql`` or ``postgresql 16``, else those of the policy, of its scratch
    databases, of ``sqlalchemy.url`` where it is a literal URL, or of the ``scratch`` databases of a command line. Raises ValueError for a name that is none."""
    policy_file = os.path.basename(policy.path or "")
    if found := dict(map(parse, named)):
        return _from("--dialect", found)
    if policy.dialects:
        return _from(policy_file, {name: policy.versions.get(name, ()) for name in policy.dialects})
    if found := _told_by_scratch(policy.scratch):
        return _from(f"scratch of {policy_file}", found)
    url = config.get_main_option("sqlalchemy.url") or ""
    if found := _databases([(database_of_url(url), "")]):
        return _from("sqlalchemy.url", found)
    return _from("--scratch", _told_by_scratch(scratch))


def databases_around(home: str, root: str) -> Databases:
    """Those that the images of workflows and compose files name, else those of the drivers among the requirements.

    Reads files at ``home``, where the configuration lies, and at ``root``, the top of the repository; executes nothing.
    """
    for patterns, read in ((_WORKFLOWS, _images), (REQUIREMENTS, _drivers)):
        for folder in dict.fromkeys((home, root)):
            found: dict[str, Version] = {}
            told: list[str] = []
            for name, text in texts_of(folder, patterns):
                here = _databases(read(text))
                told += [name] if here else []
                found = {**here, **found}
            if found:
                return _from(told[0], found)
    return Databases()


def database_of_url(url: str) -> str:
    """The database that a URL names by its scheme, whatever the driver; empty when it is none that is known."""
    scheme = url.partition("://")[0].partition("+")[0] if "://" in url else ""
    return _SCHEMES.get(scheme, "")


def _from(source: str, found: Mapping[str, Version]) -> Databases:
    versions = {name: version for name, version in found.items() if version}
    return Databases(frozenset(found), versions, source) if found else Databases()


def _databases(pairs: Iterable[tuple[str, str]]) -> dict[str, Version]:
    return {name: version_of(version) for name, version in pairs if name in DIALECTS}


def _told_by_scratch(kinds: Iterable[str]) -> dict[str, Version]:
    """The databases of scratch kinds; SQLite alone tells nothing, as whoever wants none has it."""
    found = _databases(map(_of_scratch, kinds))
    return found if found.keys() - {"sqlite"} else {}


def _of_scratch(kind: str) -> tuple[str, str]:
    if kind.startswith("docker://"):
        return _image(kind.removeprefix("docker://"))
    plain = kind.removeprefix("local:")
    return (plain if plain in DIALECTS else database_of_url(kind)), ""


def _image(text: str) -> tuple[str, str]:
    """The database of a Docker image and its version: ``docker.io/library/postgres:16-alpine``."""
    name, _, tag = text.partition("@")[0].rpartition("/")[2].partition(":")
    return _IMAGES.get(name, ""), tag


def _images(text: str) -> Iterator[tuple[str, str]]:
    return map(_image, _IMAGE.findall(text))


def _drivers(text: str) -> Iterator[tuple[str, str]]:
    for name in (*_PACKAGE.findall(text), *_QUOTED.findall(text)):
        yield _DRIVER_OF.get(name.lower().replace("_", "-"), ""), ""
