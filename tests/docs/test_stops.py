"""docs/when-a-run-stops.md: each way to stop is gone, and the line is as shown."""

from __future__ import annotations

import fcntl
import inspect
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from docs.test_docs import ROOT
from docs.test_walkthroughs import compare, said, walk
from fixtures.programs import Done, Program, set_url
from headway.errors import DatabaseFailure
from headway.runtime import cancelling, locks, outcome
from headway.runtime.account import Section

PAGE = "when-a-run-stops.md"
TEXT = (ROOT / "docs" / PAGE).read_text()
BROKEN, MENDED = re.findall(r"^```python file=migrations/versions/3e8a51c07b9d_vat.py\n(.*?)^```", TEXT, re.M | re.S)
AFTER_THE_FIRST = "    op.execute"
CONCURRENTLY = """\
    with op.get_context().autocommit_block():
        op.create_index("ux_customers_name", "customers", [{columns}], unique=True, postgresql_concurrently=True)
"""


def shown(where: str) -> str:
    (text,) = re.findall(rf"^```text on={where}\n(.*?)^```", TEXT, re.M | re.S)
    return str(text)


@pytest.fixture
def shop(storefront: Path, headway: Program) -> Path:
    """At its newest revision, on SQLite."""
    assert headway("upgrade", "head", cwd=storefront).code == 0
    return storefront


def test_the_page_is_walked(shop: Path, headway: Program) -> None:
    ini = (shop / "alembic.ini").read_text()
    (shop / "unreachable.ini").write_text(
        ini.replace("sqlite:///storefront.db", "postgresql+psycopg://shop@127.0.0.1:1/shop")
    )
    assert walk(PAGE, shop, headway, chapters="When a run|4|6|5|It cannot be reached|Back") == 14


def test_a_lock_that_is_held(shop: Path, headway: Program) -> None:
    with (shop / "storefront.db-headway-lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("process 4711 on deploy-1")
        file.flush()
        assert walk(PAGE, shop, headway, chapters="Another run") == 1


def test_a_run_that_a_signal_ends(shop: Path, headway: Program) -> None:
    end = "    __import__('os').kill(__import__('os').getpid(), 15)\n"
    done = upgrade(shop, BROKEN.replace(AFTER_THE_FIRST, end + AFTER_THE_FIRST), headway)
    assert done.code == 128 + 15
    compare(said(done), shown("signal"))


@pytest.mark.parametrize(("kind", "code"), [("postgresql", 6), ("mariadb", 4)])
def test_a_revision_that_fails_half_way(
    kind: str, code: int, storefront: Path, headway: Program, request: pytest.FixtureRequest
) -> None:
    set_url(storefront, request.getfixturevalue(f"{kind}_url"))
    assert headway("upgrade", "head", cwd=storefront).code == 0
    done = upgrade(storefront, BROKEN, headway)
    assert done.code == code
    compare(said(done), shown(kind))


def test_an_invalid_index(storefront: Path, headway: Program, postgresql_url: str) -> None:
    set_url(storefront, postgresql_url)
    assert headway("upgrade", "head", cwd=storefront).code == 0
    engine = sa.create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO customers (email, full_name) VALUES ('a', 'x'), ('b', 'x')")
        assert upgrade(storefront, building('"full_name"'), headway, "names").code != 0
        connection.exec_driver_sql("DELETE FROM customers WHERE email = 'b'")
    other = upgrade(storefront, building('"full_name", "email"'), headway, "names")
    assert other.code == DatabaseFailure.exit_code
    compare(said(other), shown("other"))
    rebuilt = upgrade(storefront, building('"full_name"'), headway, "names")
    assert rebuilt.code == 0
    compare(said(rebuilt), shown("rebuilt"))


def building(columns: str) -> str:
    """A revision that builds an index concurrently."""
    return BROKEN.split("def upgrade")[0].replace("import sqlalchemy as sa\n\n", "") + (
        f"def upgrade() -> None:\n{CONCURRENTLY.format(columns=columns)}"
    )


def upgrade(project: Path, text: str, headway: Program, name: str = "vat") -> Done:
    (project / "migrations" / "versions" / f"3e8a51c07b9d_{name}.py").write_text(text)
    return headway("upgrade", "head", cwd=project)


def test_nothing_else_is_shown() -> None:
    """What is walked and compared above is all there is."""
    assert len(re.findall(r"^\$ ", TEXT, re.M)) == 14 + 1
    assert set(re.findall(r"^```text(.*)$", TEXT, re.M)) == {
        f" on={where}" for where in ("signal", "postgresql", "mariadb", "other", "rebuilt")
    }


def test_the_words_that_are_explained_are_the_programs() -> None:
    source = " ".join(inspect.getsource(outcome).split()).replace('" f"', "").replace('" "', "")
    table = TEXT.split("## What the line says")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|", table, re.M)
    assert len(rows) == 12
    for row in rows:
        for part in filter(None, re.split(r" ?… ?", row)):
            assert part in source or part == f"{Section().done}:", part


def test_the_other_words_are_the_programs() -> None:
    source = inspect.getsource(locks) + inspect.getsource(cancelling)
    for words in (
        "the connection leads through a pooler in transaction mode, where no lock protects this run",
        "this run has lost its lock on the database",
        "The database did not confirm in time that it stopped",
    ):
        assert f"`{words}`" in TEXT
        assert words in source
