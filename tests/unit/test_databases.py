"""Which databases a history runs on: who tells it, in which order, and with which version."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.timing import seconds_of
from headway.config.databases import databases_around, databases_known, databases_of
from headway.config.dialects import Databases, parse, same_release
from headway.config.model import Config
from headway.config.policy import Policy


def config(url: str = "") -> Config:
    made = Config()
    made.set_main_option("sqlalchemy.url", url)
    return made


POLICY = Policy(path="/x/.headway.yml", dialects=("postgresql", "sqlite"), versions={"postgresql": (16,)})


@pytest.mark.parametrize(
    ("policy", "url", "named", "scratch", "shown"),
    [
        (POLICY, "mysql://x/y", (), (), "postgresql 16, sqlite, from .headway.yml"),
        (POLICY, "", ("mariadb 10.11",), (), "mariadb 10.11, from --dialect"),
        (Policy(path=".headway.yml", scratch=("docker://postgres:15-alpine", "env:URL")), "", (), (), "postgresql 15, from scratch of .headway.yml"),
        (Policy(path=".headway.yml", scratch=("local:mariadb",)), "", (), (), "mariadb, from scratch of .headway.yml"),
        (Policy(), "postgres://x/y", (), (), "postgresql, from sqlalchemy.url"),
        (Policy(), "mysql+pymysql://x/y", (), ("sqlite",), "mysql, from sqlalchemy.url"),
        (Policy(), "driver://x/y", (), ("postgresql",), "postgresql, from --scratch"),
        (Policy(), "driver://x/y", (), ("sqlite",), "no database known"),
        (Policy(path=".headway.yml", scratch=("sqlite",)), "", (), (), "no database known"),
        (Policy(path=".headway.yml", scratch=("sqlite", "postgresql")), "", (), (), "postgresql, sqlite, from scratch of .headway.yml"),
        (Policy(), "driver://x/y", (), (), "no database known"),
        (Policy(), "%(URL)s", (), (), "no database known"),
    ],
)  # fmt: skip
def test_the_first_that_tells_is_believed(
    policy: Policy, url: str, named: tuple[str, ...], scratch: tuple[str, ...], shown: str
) -> None:
    found = databases_of(config(url.replace("%", "%%")), policy, named, scratch)
    assert str(found) == shown


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        (".github/workflows/ci.yml", "    services:\n      db:\n        image: postgres:16-alpine\n", "postgresql 16"),
        ("docker-compose.yml", "  db:\n    image: 'docker.io/library/mariadb:10.11'\n", "mariadb 10.11"),
        ("compose.prod.yaml", "  db:\n    image: mysql:8.4\n  cache:\n    image: redis:7\n", "mysql 8.4"),
        (".gitlab-ci.yml", "services:\n  - image: postgis/postgis:15-3.4@sha256:00\n", "postgresql 15"),
        ("compose.yml", "  db:\n    # image: postgres:16\n    image: ${DB}\n", "no database known"),
        ("requirements.txt", "SQLAlchemy>=2\npsycopg[binary]>=3.1\n", "postgresql"),
        ("requirements/base.txt", "asyncpg==0.29 ; python_version > '3'\n", "postgresql"),
        ("pyproject.toml", "[project]\ndependencies = ['sqlalchemy', \"PyMySQL>=1\"]\n", "mysql"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npsycopg2-binary = '^2.9'\n", "postgresql"),
        ("requirements.txt", "# psycopg\naiosqlite\nmypsycopg\n", "no database known"),
        ("requirements.txt", "psycopg\npymysql\n", "mysql, postgresql"),
    ],
)  # fmt: skip
def test_files_tell_where_no_setting_does(tmp_path: Path, name: str, text: str, shown: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    found = databases_around(str(tmp_path), str(tmp_path))
    assert str(found).partition(", from ")[0] == shown
    assert found.source == (name if found.names else "")
    elsewhere = tmp_path / "service"
    elsewhere.mkdir()
    assert databases_around(str(elsewhere), str(tmp_path)) == found


@pytest.mark.parametrize(
    ("policy", "url", "named", "shown"),
    [
        (Policy(), "sqlite:///dev.db", (), "mariadb 11.4, sqlite, from sqlalchemy.url and compose.yml"),
        (Policy(), "driver://x", (), "mariadb 11.4, from compose.yml"),
        (Policy(path=".headway.yml", dialects=("sqlite",)), "", (), "sqlite, from .headway.yml"),
        (Policy(), "", ("sqlite",), "sqlite, from --dialect"),
        (Policy(), "postgresql://x/y", (), "postgresql, from sqlalchemy.url"),
    ],
)
def test_sqlite_alone_is_believed_only_where_it_is_said(
    tmp_path: Path, policy: Policy, url: str, named: tuple[str, ...], shown: str
) -> None:
    (tmp_path / "compose.yml").write_text("db:\n  image: mariadb:11.4\n")
    assert str(databases_known(config(url), policy, str(tmp_path), str(tmp_path), named)) == shown


def test_images_come_before_drivers(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pymysql\n")
    (tmp_path / "compose.yml").write_text("db:\n  image: mariadb:11.4\n")
    assert str(databases_around(str(tmp_path), str(tmp_path))) == "mariadb 11.4, from compose.yml"


@pytest.mark.parametrize("text", ["", "postgres", "postgresql sixteen", "postgresql 16 17", "PostgreSQL"])
def test_what_is_no_database_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"database|version"):
        parse(text)


@pytest.mark.parametrize(
    ("database", "one", "other", "same"),
    [
        ("postgresql", (16,), (16, 4), True),
        ("postgresql", (16, 1), (16, 4), True),
        ("postgresql", (15,), (16,), False),
        ("mariadb", (10, 11), (10, 11, 6), True),
        ("mariadb", (10, 6), (10, 11, 6), False),
        ("mysql", (8,), (8, 4), True),
        ("mysql", (), (8, 4), True),
    ],
)
def test_releases(database: str, one: tuple[int, ...], other: tuple[int, ...], same: bool) -> None:
    assert same_release(database, one, other) is same
    assert Databases().names == frozenset()


FLOODS = {
    "blank lines": "\n" * 400_000,
    "spaces": " " * 400_000,
    "spaces behind a name": "'a" + " " * 400_000,
    "quotes": "'a" * 200_000,
    "brackets": "'a[" * 130_000,
    "images": "image:" * 60_000,
    "dashes": "- " * 200_000,
    "letters": "a" * 400_000,
    "marks": "'a=" * 130_000,
}


@pytest.mark.parametrize("name", ["compose.yml", "requirements.txt"])
@pytest.mark.parametrize("flood", FLOODS)
def test_no_file_takes_long(tmp_path: Path, name: str, flood: str) -> None:
    (tmp_path / name).write_text(FLOODS[flood])
    assert seconds_of(lambda: databases_around(str(tmp_path), str(tmp_path)), enough=1) < 2
