"""The census itself: it sees what a revision sends, calls silent what was not read, and holds on the quick histories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from census.__main__ import take_census
from census.matching import REBUILD, invented, tells, without_rebuilds
from census.projects import Place, Project, fetch, read_projects
from census.shapes import Shapes
from census.table import is_good, share_read, table
from census.verdicts import READ, REPORTED, SILENT, Census, Verdict
from headway.effects import model as fx
from headway.reading.sql.read import read_sql

QUICK = [project for project in read_projects() if project.ci]


def effects(sql: str, database: str = "postgresql") -> list[fx.Effect]:
    return list(read_sql(fx.SqlSource(sql, fx.Span("sent", 1)), frozenset({database})))


def effect(sql: str) -> fx.Effect:
    (found,) = effects(sql)
    return found


def history(folder: Path, upgrade: str, env: str = "") -> Project:
    """A history of one revision."""
    (folder / "versions").mkdir()
    body = "\n".join(f"    {line}" for line in upgrade.splitlines())
    text = "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'r1'\ndown_revision = None\n\n\n"
    (folder / "versions" / "r1.py").write_text(f"{text}def upgrade():\n{body}\n\n\ndef downgrade():\n    pass\n")
    return Project("made", ("versions",), ("sqlite",), "", own=("versions",), env=env)


def taken(folder: Path, upgrade: str, env: str = "") -> Census:
    return take_census(history(folder, upgrade, env), Place(str(folder), ()), "sqlite", f"sqlite:///{folder}/t.db")


def verdicts(census: Census) -> list[tuple[str, str]]:
    assert census.broken is None, census.broken
    return [(verdict.what, verdict.verdict) for verdict in census.verdicts]


# -- whole histories ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("project", QUICK, ids=[project.name for project in QUICK])
def test_everything_that_the_quick_histories_send_is_read_or_reported(
    project: Project, kind: str, emptied_databases: Callable[[str], str], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/t.db" if kind == "sqlite" else emptied_databases(kind)
    census = take_census(project, fetch(project, tmp_path), kind, url)
    assert census.broken is None, census.broken
    assert not census.failed
    assert not census.invented
    assert len(census.verdicts) > 10
    assert not census.count(SILENT), table([census], verbose=True)
    assert share_read([census]) > 0.9, table([census], verbose=True)  # whoever tests the rows of "given" is a stranger


def test_a_change_that_env_py_adds_behind_the_revision_is_silent(tmp_path: Path) -> None:
    env = """
from sqlalchemy import Table, event, text

@event.listens_for(Table, "after_create")
def more(table, connection, **kw):
    if table.name == "t":
        connection.execute(text("CREATE TABLE behind (id INTEGER)"))
"""
    census = taken(tmp_path, 'op.create_table("t", sa.Column("id", sa.Integer))', env)
    assert verdicts(census) == [("CreatesTable t", READ), ("CreatesTable behind", SILENT)]
    assert not is_good([census])
    assert "versions/r1.py" in table([census])


def test_what_is_not_followed_is_reported(tmp_path: Path) -> None:
    upgrade = (
        'import importlib\ngetattr(op, "".join(map(chr, [101, 120, 101, 99, 117, 116, 101])))("DROP TABLE IF EXISTS x")'
    )
    census = taken(tmp_path, upgrade)
    assert verdicts(census) == [("DropsTable x", REPORTED)]
    assert not census.count(SILENT)


def test_asking_for_a_plan_is_no_change(tmp_path: Path) -> None:
    upgrade = """table = "".join(["a"])
op.execute(f"CREATE TABLE {table} (b INTEGER)")
op.get_bind().exec_driver_sql("EXPLAIN DELETE FROM " + table)"""
    assert verdicts(taken(tmp_path, upgrade)) == [("CreatesTable a", READ)]


def test_what_is_read_without_its_name_is_told_apart(tmp_path: Path) -> None:
    upgrade = 'op.execute("CREATE TABLE a (b INTEGER)")\nop.drop_table(sa.inspect(op.get_bind()).get_table_names()[-1])'
    census = taken(tmp_path, upgrade)
    assert [(verdict.verdict, verdict.by_kind) for verdict in census.verdicts] == [(READ, False), (READ, True)]


def test_a_revision_that_fails_is_told_and_the_others_still_run(tmp_path: Path) -> None:
    project = history(tmp_path, 'op.execute("DROP TABLE nowhere")')
    second = (
        (tmp_path / "versions" / "r1.py").read_text().replace("None", "'r1'").replace("'r1'\ndown", "'r2'\ndown", 1)
    )
    (tmp_path / "versions" / "r2.py").write_text(second.replace("DROP TABLE nowhere", "CREATE TABLE there (a INTEGER)"))
    census = take_census(project, Place(str(tmp_path), ()), "sqlite", f"sqlite:///{tmp_path}/t.db")
    assert verdicts(census) == [("CreatesTable there", READ)]
    assert (len(census.failed), census.refused) == (1, 1)
    assert "no such table" in census.failed[0]


def test_a_cursor_of_the_drivers_is_told(tmp_path: Path) -> None:
    upgrade = 'op.get_bind().connection.cursor().execute("CREATE TABLE unseen (a INTEGER)")'
    assert taken(tmp_path, upgrade).raw == ["versions/r1.py upgrade"]


def test_what_is_read_and_never_sent_is_counted(tmp_path: Path) -> None:
    upgrade = 'op.get_context().impl.add_column = lambda *a, **k: None\nop.add_column("t", sa.Column("x", sa.Integer))'
    assert len(taken(tmp_path, upgrade).invented) == 1


def test_a_history_that_cannot_be_loaded_is_no_success(tmp_path: Path) -> None:
    census = taken(tmp_path, "pass", env="import nowhere_at_all")
    assert census.broken is not None
    assert "nowhere_at_all" in census.broken


# -- what tells of what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "sent", "same"),
    [
        ("DROP TABLE t", "DROP TABLE t", True),
        ("DROP TABLE t", 'DROP TABLE public."T"', True),
        ("DROP TABLE t", "DROP TABLE u", False),
        ("DROP TABLE t", "CREATE TABLE t (a INT)", False),
        ("ALTER TABLE t ADD COLUMN a INT", "ALTER TABLE t ADD COLUMN a INT", True),
        ("ALTER TABLE t ADD COLUMN a INT", "ALTER TABLE t ADD COLUMN b INT", False),
        ("ALTER TABLE t DROP COLUMN a", "ALTER TABLE u DROP COLUMN a", False),
        ("CREATE TABLE t (a INT)", "COMMENT ON TABLE t IS 'x'", True),
        ("CREATE TABLE t (a INT)", "COMMENT ON TABLE u IS 'x'", False),
        ("CREATE TABLE t (a INT)", "CREATE INDEX i ON t (a)", False),
        ("CREATE INDEX i ON t (a)", "CREATE INDEX i ON t (a)", True),
        ("CREATE INDEX i ON t (a)", "CREATE INDEX j ON t (a)", False),
        ("ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", False),
        ("CREATE TABLE t (a INT)", "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u", True),
        ("DELETE FROM t", "DELETE FROM t WHERE a = 1", True),
        ("DELETE FROM t", "UPDATE t SET a = 1", False),
        ("DELETE FROM t", "DELETE FROM u", False),
        ("DROP VIEW v", "DROP VIEW w", False),
    ],
)
def test_an_effect_tells_of_the_same_change_of_the_same_thing(read: str, sent: str, same: bool) -> None:
    assert tells(effect(read), effect(sent)) is same


def test_a_name_that_only_running_tells_may_be_any() -> None:
    read = fx.DropsTable(span=fx.Span("r", 1), table=fx.Computed("Order.__tablename__"))
    assert tells(read, effect("DROP TABLE orders"))
    assert not tells(read, effect("CREATE TABLE orders (a INT)"))


def test_the_copy_that_a_batch_makes_is_one_change_of_its_table() -> None:
    sent = [
        *effects("CREATE TABLE _alembic_tmp_t (a INT)", "sqlite"),
        *effects("INSERT INTO _alembic_tmp_t (a) SELECT a FROM t", "sqlite"),
        *effects("DROP TABLE t", "sqlite"),
        *effects("ALTER TABLE _alembic_tmp_t RENAME TO t", "sqlite"),
    ]
    changes = [each for each in without_rebuilds(sent) if not isinstance(each, fx.Reads)]
    assert [(type(each).__name__, each.table, each.action) for each in changes] == [("AltersTable", "t", REBUILD)]  # type: ignore[attr-defined]
    assert tells(effect("ALTER TABLE t DROP COLUMN a"), changes[0])
    assert not tells(effect("ALTER TABLE u DROP COLUMN a"), changes[0])


def test_the_copy_of_a_table_whose_long_name_was_cut_off_is_told_by_its_rename() -> None:
    sent = [
        *effects("CREATE TABLE _alembic_tmp_long (a INT)", "sqlite"),
        *effects("DROP TABLE longer", "sqlite"),
        *effects("ALTER TABLE _alembic_tmp_long RENAME TO longer", "sqlite"),
    ]
    assert [getattr(each, "table", None) for each in without_rebuilds(sent)] == ["longer"]


def test_a_table_that_is_dropped_without_a_copy_stays_a_drop() -> None:
    assert [type(each) for each in without_rebuilds(effects("DROP TABLE t", "sqlite"))] == [fx.DropsTable]


def test_what_may_not_run_is_never_invented() -> None:
    sure = fx.DropsTable(span=fx.Span("r", 1), table="t")
    maybe = fx.DropsTable(span=fx.Span("r", 1), table="t", conditional=True)
    assert invented([sure, maybe], []) == [sure]


# -- the table ------------------------------------------------------------------------------------------------------


def census_of(*given: tuple[str, bool]) -> Census:
    found = [Verdict("a.py", 1, "upgrade", "plain", library, "DropsTable t", verdict) for verdict, library in given]
    return Census("p", "sqlite", 1, verdicts=found)


def test_the_share_that_is_read_leaves_libraries_out() -> None:
    census = census_of(*[(READ, False)] * 19, (REPORTED, False), *[(REPORTED, True)] * 50)
    assert share_read([census]) == 0.95
    assert is_good([census])
    assert not is_good([census, census_of((REPORTED, False))])


def test_one_silent_change_is_too_many_even_in_a_library() -> None:
    assert not is_good([census_of(*[(READ, False)] * 99, (SILENT, True))])


SOURCE = """
def upgrade():
    op.drop_table("a")
    for name in names:
        op.drop_table(name)
    if bind.dialect.name == "sqlite":
        op.drop_table("b")
    op.execute("DROP TABLE c")
    session.commit()

def with_op(op):
    op.drop_table("d")
"""


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        (3, "plain"),
        (5, "loop"),
        (7, "dialect guard"),
        (8, "raw SQL"),
        (9, "ORM session"),
        (12, "op as parameter"),
    ],
)
def test_the_shape_of_a_place(line: int, shape: str) -> None:
    assert Shapes(SOURCE).at(line, helper=False) == shape
    assert Shapes(SOURCE).at(line, helper=True) == "imported helper"


def test_a_field_that_the_list_does_not_know_is_refused(tmp_path: Path) -> None:
    listed = tmp_path / "projects.yml"
    listed.write_text("- {name: a, versions: [v], databases: [sqlite], why: x, color: red}\n")
    with pytest.raises(ValueError, match="color"):
        read_projects(listed)
