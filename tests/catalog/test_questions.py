"""What is answered of a schema, the digest of one, and what a difference between two says."""

from __future__ import annotations

from dataclasses import replace
from textwrap import indent

import pytest

from headway.catalog.difference import difference, lines, without_leftover_indexes, without_validations
from headway.catalog.digest import schema_digest
from headway.catalog.names import Names
from headway.catalog.questions import Answers, made_required
from headway.catalog.replay import Replay
from headway.catalog.schema import EMPTY, NOTHING_KNOWN, Column, Constraint, Index, Object, Schema, Table
from headway.catalog.shelf import Presence, Shelf
from headway.effects import model as fx
from headway.reading.migration import read_migration

HEAD = "import sqlalchemy as sa\nfrom alembic import op\nfrom shop import NAME\n\n\ndef upgrade():\n"


def after(body: str, database: str = "postgresql", start: Schema = EMPTY) -> Answers:
    """What is known when these statements of SQL, or lines of an upgrade, have run."""
    names = Names(database)
    if not body.startswith("op."):
        body = f"op.execute({body!r})"
    upgrade = read_migration("x.py", HEAD + indent(body, "    "), databases=frozenset({database})).upgrade
    assert upgrade is not None
    replay = Replay(names, start)
    replay.run(upgrade.effects, "r1")
    return Answers(replay.schema(), names)


TABLE = """
CREATE TABLE t (
  id int PRIMARY KEY, a int NOT NULL, b int DEFAULT 5, c int UNIQUE, d int,
  CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES s.u (x, y),
  CONSTRAINT ck CHECK (d IS NOT NULL AND b > 1),
  CONSTRAINT uq UNIQUE (a, d)
);
CREATE INDEX ix ON t (b, a);
CREATE UNIQUE INDEX ux ON t (b);
CREATE UNIQUE INDEX part ON t (a) WHERE b > 1;
CREATE INDEX ex ON t (lower(d), a);
CREATE TABLE v (a int);
"""


def test_what_is_there_and_what_is_not() -> None:
    seen = after(TABLE)
    assert seen.presence("t") is Presence.THERE
    assert seen.presence("w") is Presence.ABSENT
    assert seen.presence("t", "s") is Presence.ABSENT
    assert seen.presence(fx.UNKNOWN) is Presence.UNKNOWN
    assert seen.presence("t", fx.UNKNOWN) is Presence.UNKNOWN
    assert seen.column_presence("t", "a") is Presence.THERE
    assert seen.column_presence("t", "x") is Presence.ABSENT
    assert seen.column_presence("w", "a") is Presence.ABSENT
    assert seen.column_presence("t", fx.UNKNOWN) is Presence.UNKNOWN
    assert seen.column_presence("w", fx.UNKNOWN) is Presence.ABSENT
    assert seen.column_presence(fx.UNKNOWN, "a") is Presence.UNKNOWN
    assert [seen.column_nullable("t", one) for one in ("a", "b", "x")] == [False, True, fx.UNKNOWN]
    assert seen.column_nullable("t", fx.UNKNOWN) is fx.UNKNOWN
    assert [seen.column_has_default("t", one) for one in ("a", "b", "x")] == [False, True, fx.UNKNOWN]
    found = seen.index("ix", "t")
    assert found is not None and found.name == "ix"
    assert seen.index("no", "t") is None
    assert seen.index(fx.UNKNOWN, "t") is None
    assert seen.index("ix", "w") is None


def test_who_made_a_table_and_whether_rows_can_be_in_it() -> None:
    seen = after(TABLE + "INSERT INTO v VALUES (1)")
    assert seen.is_new_table("t", new={"r1"}) is True
    assert seen.is_new_table("t", new={"r2"}) is False
    assert seen.is_new_table("w", new={"r1"}) is fx.UNKNOWN
    assert seen.has_rows_possible("t", new={"r1"}) is False
    assert seen.has_rows_possible("t", new={"r2"}) is True
    assert seen.has_rows_possible("v", new={"r1"}) is True
    assert seen.has_rows_possible("w", new={"r1"}) is True
    maybe = after("CREATE TABLE IF NOT EXISTS t (a int)", start=NOTHING_KNOWN)
    assert maybe.is_new_table("t", new={"r1"}) is fx.UNKNOWN
    assert maybe.has_rows_possible("t", new={"r1"}) is True


@pytest.mark.parametrize(
    ("columns", "referent", "schema", "leads"),
    [
        (("a", "b"), "u", "s", True),
        (("A", "b"), "u", "s", False),
        (("b", "a"), "u", "s", False),
        (("a",), "u", "s", False),
        (("a", "b"), "u", None, False),
        (("a", "b"), "w", "s", False),
        ((), "u", "s", False),
        (("a", fx.UNKNOWN), "u", "s", False),
        (("a", "b"), fx.UNKNOWN, "s", False),
        (("a", "d"), "u", "s", False),
    ],
)
def test_a_foreign_key_leads_from_columns_to_a_table(
    columns: tuple[fx.Text, ...], referent: fx.Text, schema: str | None, leads: bool
) -> None:
    assert after(TABLE).has_foreign_key(columns, referent, "t", referent_schema=schema) is leads
    assert after(TABLE).has_foreign_key(columns, referent, "v", referent_schema=schema) is False
    assert after(TABLE).has_foreign_key(columns, referent, "w", referent_schema=schema) is False


def test_a_foreign_key_that_is_not_validated_does_not_count() -> None:
    sql = "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES u (b)"
    assert after(sql).has_foreign_key(("a",), "u", "t") is True
    assert after(f"{sql} NOT VALID").has_foreign_key(("a",), "u", "t") is False
    assert after(f"{sql} NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT fk").has_foreign_key(("a",), "u", "t") is True


@pytest.mark.parametrize(
    ("columns", "unique"),
    [
        (("id",), True),
        (("c", "x"), True),
        (("a", "d"), True),
        (("a",), False),
        (("d",), False),
        (("b",), True),
        (("b", fx.UNKNOWN), False),
        ((), False),
    ],
)
def test_columns_of_which_some_are_unique_together(columns: tuple[fx.Text, ...], unique: bool) -> None:
    assert after(TABLE).has_unique_among(columns, "t") is unique
    assert after(TABLE).has_unique_among(columns, "v") is False
    assert after(TABLE).has_unique_among(columns, "w") is False


@pytest.mark.parametrize(
    ("columns", "led"),
    [
        (("b",), True),
        (("a", "b"), True),
        (("b", "a"), True),
        (("id",), True),
        (("d", "a"), True),
        (("a",), True),
        (("d",), False),
        (("b", "d"), False),
        ((fx.UNKNOWN,), fx.UNKNOWN),
    ],
)
def test_an_index_that_begins_with_columns(columns: tuple[fx.Text, ...], led: object) -> None:
    assert after(TABLE).starts_an_index(columns, "t") is led
    assert after(TABLE).starts_an_index(columns, "w") is fx.UNKNOWN


def test_whether_an_index_begins_with_columns_is_not_known_of_a_table_that_is_not() -> None:
    known = after(TABLE)
    assert known.starts_an_index(("a",), "v") is False
    made = after("op.create_index('i', 'v', [NAME])", start=known.known)
    assert made.starts_an_index(("a",), "v") is fx.UNKNOWN
    for lacking in ("indexes", "constraints"):
        table = known.known.tables.get(("", "v"))
        assert table is not None
        opened = replace(table, **{lacking: getattr(table, lacking).opened()})
        schema = replace(known.known, tables=known.known.tables.set(("", "v"), opened))
        assert Answers(schema, known.names).starts_an_index(("a",), "v") is fx.UNKNOWN


@pytest.mark.parametrize(
    ("check", "proves"),
    [
        ("CHECK (d IS NOT NULL)", True),
        ("CHECK (b > 1 AND (d IS NOT NULL))", True),
        ("CHECK (D is not null)", True),
        ("CHECK (d IS NOT NULL OR b > 1)", False),
        ("CHECK (NOT (d IS NOT NULL))", False),
        ("CHECK (b IS NOT NULL)", False),
        ("CHECK (d > 1)", False),
        ("UNIQUE (d)", False),
        ("CHECK (d IS NOT NULL) NOT VALID", False),
    ],
)
def test_a_check_that_proves_that_no_null_is_there(check: str, proves: bool) -> None:
    seen = after(f"CREATE TABLE t (b int, d int); ALTER TABLE t ADD CONSTRAINT ck {check}")
    assert seen.validated_not_null_check("t", "d") is proves
    assert seen.may_prove_not_null("t", "d") == ()
    assert seen.validated_not_null_check("w", "d") is False
    assert seen.validated_not_null_check("t", fx.UNKNOWN) is fx.UNKNOWN
    assert seen.validated_not_null_check(fx.UNKNOWN, "d") is fx.UNKNOWN
    assert seen.may_prove_not_null("t", fx.UNKNOWN) == ()
    assert seen.may_prove_not_null("w", "d") == ()


def test_a_check_that_nobody_can_read_may_prove_it() -> None:
    seen = after("op.create_table('t', sa.Column('d', sa.Integer), sa.CheckConstraint(NAME, name='ck'))")
    assert seen.validated_not_null_check("t", "d") is fx.UNKNOWN
    assert [one.name for one in seen.may_prove_not_null("t", "d")] == ["ck"]


def test_the_columns_that_older_code_must_fill_now() -> None:
    before = after("CREATE TABLE t (a int, b int NOT NULL, c int NOT NULL DEFAULT 1)")
    changes = (
        "ALTER TABLE t ALTER a SET NOT NULL, ALTER c DROP DEFAULT, ADD d int NOT NULL, ADD e int NOT NULL DEFAULT 1,"
        " ADD f int"
    )
    now = after(changes, start=before.known)
    assert sorted(str(column.name) for column in made_required(before, now, "t")) == ["a", "c", "d"]
    assert list(made_required(before, now, "w")) == []


# -- digests ------------------------------------------------------------------------------------------------------


def test_equal_schemas_have_one_digest_in_whatever_order_they_were_made() -> None:
    one = after("CREATE TABLE a (x int, y int); CREATE TABLE b (z int)", start=EMPTY).known
    other = after("CREATE TABLE b (z int); CREATE TABLE a (x int, y int)", start=EMPTY).known
    assert schema_digest(one) == schema_digest(other)
    digests = {
        schema_digest(after(sql).known)
        for sql in (
            "CREATE TABLE a (x int, y int)",
            "CREATE TABLE a (x int, z int)",
            "CREATE TABLE a (x int, y bigint)",
            "CREATE TABLE a (x int, y int NOT NULL)",
            "CREATE TABLE a (x int, y int, UNIQUE (x, y))",
            "CREATE TABLE a (x int, y int, UNIQUE (y, x))",
            "CREATE TABLE b (x int, y int)",
            "DROP TABLE IF EXISTS a",
        )
    }
    assert len(digests) == 8
    assert schema_digest(EMPTY) != schema_digest(NOTHING_KNOWN)


# -- differences --------------------------------------------------------------------------------------------------


def schema_of(table: Table | None = None, *objects: Object) -> Schema:
    tables = Shelf({} if table is None else {("", "t"): table})
    return Schema(tables, objects=Shelf({(one.kind, one.schema, one.name, one.table): one for one in objects}))


def table_with(**parts: Column | Constraint | Index) -> Table:
    table = Table("", "t")
    for shelf, part in parts.items():
        table = replace(table, **{shelf: getattr(table, shelf).set(str(part.name), part)})
    return table


def fk(**values: object) -> Constraint:
    given: dict[str, object] = {"referent": ("", "u"), "referred": ("b",)}
    return Constraint(fx.ConstraintKind.FOREIGN_KEY, "fk", ("a",), **{**given, **values})  # type: ignore[arg-type]


INT = fx.Type("int", written="int")


@pytest.mark.parametrize(
    ("shelf", "one", "other", "said"),
    [
        ("columns", Column("a", INT), Column("a", INT, nullable=False), ["- column t.a int NULL", "+ column t.a int NOT NULL"]),
        ("columns", Column("a", INT), Column("a", INT, nullable=fx.UNKNOWN), []),
        ("columns", Column("a", INT), Column("a", fx.UNKNOWN), []),
        ("columns", Column("a", INT, default="1"), Column("a", INT), ["- column t.a int NULL DEFAULT 1", "+ column t.a int NULL"]),
        ("columns", Column("a", INT, default="1"), Column("a", INT, default=fx.UNKNOWN), []),
        (
            "columns",
            Column("a", INT, computed="b", stored=True),
            Column("a", INT, computed="b"),
            ["- column t.a int NULL GENERATED ALWAYS AS b STORED", "+ column t.a int NULL GENERATED ALWAYS AS b"],
        ),
        ("columns", Column("a"), Column("a", INT), ["- column t.a NULL", "+ column t.a int NULL"]),
        (
            "columns",
            Column("a", INT, identity="ALWAYS", collation="C", comment="x"),
            Column("a", INT),
            ["- column t.a int NULL IDENTITY ALWAYS COLLATE C COMMENT x", "+ column t.a int NULL"],
        ),
        ("constraints", fk(), fk(), []),
        (
            "constraints",
            fk(),
            fk(referent=("s", "u")),
            ["- foreign key t.fk (a) -> u(b)", "+ foreign key t.fk (a) -> s.u(b)"],
        ),
        ("constraints", fk(), fk(referent=fx.UNKNOWN), []),
        ("constraints", fk(), fk(referred=(fx.UNKNOWN,)), []),
        (
            "constraints",
            fk(validated=False),
            fk(on_delete="CASCADE", on_update="RESTRICT", deferrable="DEFERRABLE"),
            [
                "- foreign key t.fk (a) -> u(b) NOT VALID",
                "+ foreign key t.fk (a) -> u(b) ON DELETE CASCADE ON UPDATE RESTRICT DEFERRABLE",
            ],
        ),
        ("constraints", fk(), fk(validated=fx.UNKNOWN), []),
        (
            "indexes",
            Index("i", ("a", "b"), unique=True),
            Index("i", ("a", "b")),
            ["- index t.i (a, b) UNIQUE", "+ index t.i (a, b)"],
        ),
        (
            "indexes",
            Index("i", ("a",), method="gin", predicate="a > 1"),
            Index("i", ("a",), valid=False),
            ["- index t.i (a) USING gin WHERE a > 1", "+ index t.i (a) INVALID"],
        ),
        ("indexes", Index("i", ("a",)), Index("i", fx.UNKNOWN), []),
    ],
)  # fmt: skip
def test_what_a_difference_says(shelf: str, one: object, other: object, said: list[str]) -> None:
    before, now = (schema_of(table_with(**{shelf: part})) for part in (one, other))  # type: ignore[arg-type]
    assert list(lines(difference(before, now))) == said
    if one != other and said:
        assert list(lines(difference(now, before))) == ["- " + said[1][2:], "+ " + said[0][2:]]


def test_what_is_there_in_one_of_them_only() -> None:
    bare, with_column = schema_of(table_with()), schema_of(table_with(columns=Column("a", INT)))
    assert lines(difference(EMPTY, bare)) == ("+ table t",)
    assert lines(difference(with_column, bare)) == ("- column t.a int NULL",)
    assert lines(difference(EMPTY, NOTHING_KNOWN)) == ()
    assert lines(difference(bare, NOTHING_KNOWN)) == lines(difference(NOTHING_KNOWN, bare)) == ()
    nameless = table_with(constraints=Constraint(fx.ConstraintKind.CHECK, None, (), condition="a > 1"))
    assert lines(difference(bare, schema_of(nameless))) == ("+ check t a > 1",)
    view = Object(fx.ObjectKind.VIEW, "s", "v", definition="SELECT 1")
    trigger = Object(fx.ObjectKind.TRIGGER, "", "g", table="t", definition="x")
    assert lines(difference(EMPTY, schema_of(None, view, trigger))) == ("+ trigger g on t x", "+ view s.v SELECT 1")


def test_an_index_that_a_foreign_key_left_behind_is_no_difference() -> None:
    left = difference(schema_of(table_with()), schema_of(table_with(indexes=Index("fk", ("a",)))))
    key = schema_of(table_with(constraints=fk()))
    assert without_leftover_indexes(left, key) == ()
    assert without_leftover_indexes(left, schema_of(table_with())) == left
    unique = schema_of(table_with(constraints=Constraint(fx.ConstraintKind.UNIQUE, "fk", ("a",))))
    assert without_leftover_indexes(left, unique) == left
    gone = difference(schema_of(table_with(indexes=Index("fk", ("a",)))), schema_of(table_with()))
    assert without_leftover_indexes(gone, key) == gone
    column = difference(schema_of(table_with()), schema_of(table_with(columns=Column("fk", INT))))
    assert without_leftover_indexes(column, key) == column


def test_a_constraint_that_is_known_to_hold_by_now_is_no_difference() -> None:
    open_, held = schema_of(table_with(constraints=fk(validated=False))), schema_of(table_with(constraints=fk()))
    assert without_validations(difference(open_, held)) == ()
    assert len(without_validations(difference(held, open_))) == 1
    other = schema_of(table_with(constraints=fk(on_delete="CASCADE")))
    assert len(without_validations(difference(open_, other))) == 1
    assert len(without_validations(difference(EMPTY, open_))) == 1
