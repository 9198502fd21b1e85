"""Effects replayed without a database: what is known afterwards, what is not, and how long it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fixtures.timing import seconds_of
from headway.catalog.common import common_state
from headway.catalog.names import Names, stored
from headway.catalog.questions import Answers, made_required
from headway.catalog.replay import Replay
from headway.catalog.schema import EMPTY, NOTHING_KNOWN, Object, Schema, Table
from headway.catalog.shelf import Presence, Shelf
from headway.effects import model as fx

SPAN = fx.Span("versions/x.py", 1)
THERE, ABSENT, UNKNOWN = Presence.THERE, Presence.ABSENT, Presence.UNKNOWN
KIND = fx.ConstraintKind


def creates(name: Any, *columns: str, **fields: Any) -> fx.CreatesTable:
    declared = tuple(fx.Column(column, fx.Type("Integer"), nullable=False) for column in columns or ("id",))
    return fx.CreatesTable(**{"span": SPAN, "table": name, "columns": declared, **fields})


def drops(name: Any, **fields: Any) -> fx.DropsTable:
    return fx.DropsTable(span=SPAN, table=name, **fields)


def adds(table: Any, column: str, **fields: Any) -> fx.AddsColumn:
    return fx.AddsColumn(span=SPAN, table=table, column=fx.Column(column, fx.Type("Integer")), **fields)


def alters(table: Any, column: Any, **fields: Any) -> fx.AltersColumn:
    return fx.AltersColumn(span=SPAN, table=table, column=column, **fields)


def known(
    *effects: fx.Effect, database: str | None = "postgresql", start: Schema = NOTHING_KNOWN, revision: str = "r1"
) -> Answers:
    """What is known after the effects of one revision."""
    names = Names(database)
    replay = Replay(names, start)
    replay.run(effects, revision)
    return Answers(replay.schema(), names)


# -- three answers ------------------------------------------------------------------------------------------------


def test_a_table_that_no_revision_made_is_unknown_and_one_of_an_empty_database_is_absent() -> None:
    assert known().presence("old") is UNKNOWN
    assert known(start=EMPTY).presence("old") is ABSENT


def test_what_is_made_is_there_and_what_is_dropped_is_not() -> None:
    assert known(creates("t")).presence("t") is THERE
    assert known(drops("t")).presence("t") is ABSENT
    assert known(creates("t"), drops("t")).presence("t") is ABSENT
    assert known(drops("t"), creates("t")).presence("t") is THERE


def test_a_table_that_is_changed_was_there_and_little_is_known_of_it() -> None:
    seen = known(adds("t", "c"))
    assert seen.presence("t") is THERE
    assert [seen.column_presence("t", name) for name in ("c", "d")] == [THERE, UNKNOWN]
    assert seen.is_new_table("t", new={"r1"}) is fx.UNKNOWN


def test_a_rename_carries_everything() -> None:
    index = fx.CreatesIndex(span=SPAN, table="t", name="ix", columns=("a",))
    rename = fx.RenamesTable(span=SPAN, table="t", new_name="u")
    seen = known(creates("t", "a"), index, rename, creates("t", "b"))
    assert seen.column_nullable("u", "a") is False
    assert seen.index("ix", "u") is not None
    assert [seen.column_presence("t", name) for name in ("a", "b")] == [ABSENT, THERE]
    assert seen.is_new_table("u", new={"r1"}) is True


def test_a_renamed_table_takes_along_the_keys_that_point_to_it() -> None:
    key = fx.AddsConstraint(
        span=SPAN, table="orders", kind=KIND.FOREIGN_KEY, name="fk", columns=("u",), references=fx.ForeignKey("users")
    )
    rename = fx.RenamesTable(span=SPAN, table="users", new_name="people")
    table = known(creates("users"), creates("orders", "u"), key, rename).table("orders")
    assert table is not None
    assert table.constraints.there["fk"].referent == ("", "people")


def test_a_key_written_into_a_column_is_of_that_column() -> None:
    columns = (
        fx.Column("id"),
        fx.Column("u", references=(fx.ForeignKey("users", name="fk_u"),)),
        fx.Column("v", references=(fx.ForeignKey("users", name="fk_v", local_columns=("v", "id")),)),
    )
    table = known(fx.CreatesTable(span=SPAN, table="orders", columns=columns)).table("orders")
    assert table is not None
    there = table.constraints.there
    assert (there["fk_u"].columns, there["fk_v"].columns) == (("u",), ("v", "id"))


def test_a_table_that_is_renamed_onto_itself_keeps_what_is_known() -> None:
    rename = fx.RenamesTable(span=SPAN, table="t", new_name="T")
    assert known(creates("t", "a"), rename, database="sqlite").column_nullable("t", "a") is False


# -- what leaves a doubt ------------------------------------------------------------------------------------------

ANYTHING = [
    fx.NotAnalysed(span=SPAN, reason="a helper"),
    fx.RunsSql(span=SPAN, text=fx.UNKNOWN),
    fx.RunsSql(span=SPAN, text="DO $$ BEGIN EXECUTE 'x'; END $$"),
    fx.RunsSql(span=SPAN, text="CALL change_it()"),
    drops(fx.UNKNOWN),
    fx.RenamesTable(span=SPAN, table=fx.UNKNOWN, new_name="x"),
    drops(fx.Computed("Order.__tablename__")),
    drops("x", schema=fx.UNKNOWN),
    alters(fx.UNKNOWN, "a", nullable=True),
    fx.DropsConstraint(span=SPAN, table=fx.UNKNOWN, name="x"),
    fx.DropsObject(span=SPAN, kind=fx.ObjectKind.SCHEMA, name="x", cascade=True),
    fx.AltersObject(span=SPAN, kind=fx.ObjectKind.SCHEMA, name="x", action="RENAME TO"),
    fx.DropsEnum(span=SPAN, name="x", cascade=True),
    fx.EndsTransaction(span=SPAN, verb="ROLLBACK"),
]


@pytest.mark.parametrize("effect", ANYTHING, ids=lambda effect: f"{type(effect).__name__} {effect.span.line}")
def test_after_what_may_be_anything_nothing_is_known(effect: fx.Effect) -> None:
    seen = known(creates("t", "a"), effect)
    assert seen.column_nullable("t", "a") is fx.UNKNOWN
    assert known(effect, start=EMPTY).presence("t") is UNKNOWN
    seen = known(creates("t", "a"), replace(effect, conditional=True))
    assert seen.column_nullable("t", "a") is fx.UNKNOWN


def test_what_is_made_after_it_is_known() -> None:
    seen = known(ANYTHING[0], creates("t", "a"))
    assert seen.column_nullable("t", "a") is False
    assert seen.column_presence("t", "b") is ABSENT


def test_sql_that_is_not_understood_touches_what_it_names() -> None:
    odd = fx.RunsSql(span=SPAN, text='ALTER TABLE "T" FROBNICATE')
    seen = known(creates("t", "a"), creates("u", "a"), odd)
    assert [seen.presence(name) for name in ("t", "u")] == [UNKNOWN, THERE]
    assert known(odd, start=EMPTY).presence("v") is UNKNOWN


def test_sql_that_names_an_index_touches_its_table() -> None:
    index = fx.CreatesIndex(span=SPAN, table="t", name="ix", columns=("a",))
    seen = known(creates("t", "a"), index, fx.RunsSql(span=SPAN, text="ALTER INDEX ix FROBNICATE"))
    assert seen.presence("t") is UNKNOWN


def test_an_additive_effect_on_an_unknown_table_leaves_what_is_known() -> None:
    seen = known(creates("t", "a"), adds(fx.UNKNOWN, "b"))
    assert seen.column_nullable("t", "a") is False
    assert seen.column_presence("t", "b") is UNKNOWN


@pytest.mark.parametrize("change", [{"conditional": True}, {"databases": frozenset({"postgresql"})}])
def test_what_may_not_run_leaves_both_possible(change: dict[str, Any]) -> None:
    """On a database that is not known, a guard is a condition."""
    for effect, asked in (
        (drops("t"), lambda seen: seen.presence("t") is UNKNOWN),
        (adds("t", "b"), lambda seen: seen.column_presence("t", "b") is UNKNOWN),
        (alters("t", "a", nullable=True), lambda seen: seen.column_nullable("t", "a") is fx.UNKNOWN),
        (alters("t", "a", new_name="z"), lambda seen: seen.column_presence("t", "a") is UNKNOWN),
        (fx.RenamesTable(span=SPAN, table="t", new_name="u"), lambda seen: seen.presence("u") is UNKNOWN),
    ):
        seen = known(creates("t", "a"), replace(effect, **change), database=None)
        assert asked(seen), effect
        assert seen.column_presence("t", "a") is not ABSENT


def test_a_guard_lets_an_effect_run_on_its_databases_only() -> None:
    guarded = replace(drops("t"), databases=frozenset({"mysql"}))
    assert known(creates("t"), guarded, database="postgresql").presence("t") is THERE
    assert known(creates("t"), guarded, database="mysql").presence("t") is ABSENT
    assert known(creates("t"), guarded, database="mariadb").presence("t") is ABSENT


def test_if_not_exists_makes_a_table_that_may_be_an_old_one() -> None:
    seen = known(creates("t", "a", if_not_exists=True))
    assert seen.presence("t") is THERE
    assert seen.is_new_table("t", new={"r1"}) is fx.UNKNOWN
    assert seen.column_presence("t", "a") is UNKNOWN
    again = known(creates("t", "a"), creates("t", "b", if_not_exists=True))
    assert [again.column_presence("t", name) for name in ("a", "b")] == [THERE, ABSENT]
    assert known(creates("t", "a", if_not_exists=True), start=EMPTY).is_new_table("t", new={"r1"}) is True


def test_a_column_that_may_have_been_there_is_there_in_an_unknown_form() -> None:
    seen = known(adds("t", "c", if_not_exists=True))
    assert seen.column_presence("t", "c") is THERE
    assert seen.column_nullable("t", "c") is fx.UNKNOWN


def test_an_index_that_was_renamed_or_dropped_perhaps_is_in_doubt() -> None:
    index = fx.CreatesIndex(span=SPAN, table="t", name="ix", columns=("a",))
    renames = fx.RenamesIndex(span=SPAN, name="ix", new_name="iy")
    table = known(creates("t", "a"), index, renames).table("t")
    assert table is not None
    assert [table.index_presence(name) for name in ("ix", "iy", "iz")] == [ABSENT, THERE, ABSENT]
    drop = fx.DropsIndex(span=SPAN, name="ix", table="t")
    table = known(creates("t", "a"), index, replace(drop, conditional=True)).table("t")
    assert table is not None and table.index_presence("ix") is UNKNOWN
    old = known(drop).table("t")
    assert old is not None and [old.index_presence(name) for name in ("ix", "iy")] == [ABSENT, UNKNOWN]
    assert known(replace(drop, if_exists=True)).presence("t") is UNKNOWN


def test_an_index_without_a_name_may_be_the_one_that_is_dropped() -> None:
    made = creates("t", columns=(fx.Column("a", fx.Type("Integer"), index=True),))
    table = known(made).table("t")
    assert table is not None and table.index_presence("ix_t_a") is UNKNOWN
    assert known(made).starts_an_index(("a",), "t") is True
    gone = known(made, fx.DropsIndex(span=SPAN, name="ix_t_a", table="t"))
    assert gone.starts_an_index(("a",), "t") is fx.UNKNOWN


def test_rows_that_may_have_been_put_in_are_possible() -> None:
    insert = fx.ChangesData(span=SPAN, verb="INSERT", table="t", conditional=True)
    assert known(creates("t"), insert).has_rows_possible("t", new={"r1"}) is True


def test_an_expression_of_which_a_column_is_renamed_is_not_told_any_longer() -> None:
    rename = alters("t", "a", new_name="b")
    table = known(creates("t", "a"), check("c", "a IS NOT NULL"), rename).table("t")
    assert table is not None
    assert table.constraints.there["c"].condition is fx.UNKNOWN
    index = fx.CreatesIndex(span=SPAN, table="t", name="ix", columns=("a", "lower(a)"), where="a > 1")
    table = known(creates("t", "a"), index, rename).table("t")
    assert table is not None
    assert table.indexes.there["ix"].parts == ("b", fx.UNKNOWN)
    assert table.indexes.there["ix"].predicate is fx.UNKNOWN


def test_a_key_of_text_is_not_filled_by_itself_for_sure() -> None:
    key = fx.Column("id", fx.Type("String"), False, primary_key=True, has_default=True)
    column = known(fx.CreatesTable(span=SPAN, table="t", columns=(key,))).column("t", "id")
    assert column is not None and column.has_default is fx.UNKNOWN
    given = replace(key, default="'x'")
    column = known(fx.CreatesTable(span=SPAN, table="t", columns=(given,))).column("t", "id")
    assert column is not None and column.has_default is True


# -- expressions as names -----------------------------------------------------------------------------------------


def test_the_same_expression_is_the_same_table_within_a_file() -> None:
    name = fx.Computed("Order.__tablename__")
    seen = known(creates(name, "a"), adds(name, "b"))
    assert [seen.column_presence(name, column) for column in ("a", "b", "c")] == [THERE, THERE, ABSENT]
    assert seen.is_new_table(name, new={"r1"}) is True


def test_an_expression_may_be_a_table_that_was_absent_and_is_none_that_was_there() -> None:
    name = fx.Computed("Order.__tablename__")
    assert known(creates(name), start=EMPTY).presence("orders") is UNKNOWN
    seen = known(creates("users", "a"), creates(name), drops(name))
    assert seen.column_nullable("users", "a") is False


def test_the_same_expression_in_another_file_is_another_one() -> None:
    name = fx.Computed("TABLE")
    replay = Replay(Names("postgresql"))
    replay.run([creates(name, "a")], "r1")
    replay.run([], "r2")
    replay.run([adds(name, "b")], "r2")
    assert Answers(replay.schema(), Names("postgresql")).column_presence(name, "a") is UNKNOWN


def test_a_table_under_its_own_name_may_be_the_one_under_an_expression() -> None:
    name = fx.Computed("Order.__tablename__")
    seen = known(creates(name, "a"), alters("orders", "a", nullable=True))
    assert seen.column_nullable(name, "a") is fx.UNKNOWN


# -- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("database", "one", "other", "same"),
    [
        ("postgresql", (None, "t"), ("public", "t"), True),
        ("postgresql", (None, "t"), ("shop", "t"), False),
        ("postgresql", (None, "t"), (None, "T"), False),
        ("sqlite", (None, "t"), ("main", "T"), True),
        ("mssql", (None, "t"), ("dbo", "T"), True),
        ("mysql", ("shop", "t"), ("shop", "t"), True),
        ("mysql", (None, "t"), ("shop", "t"), False),
        (None, (None, "t"), ("public", "t"), True),
    ],
)
def test_names_are_compared_as_the_database_does(database: str | None, one: Any, other: Any, same: bool) -> None:
    names = Names(database)
    assert (names.key(*one) == names.key(*other)) is same
    assert known(creates(one[1], schema=one[0]), database=database).presence(other[1], other[0]) is (
        THERE if same else UNKNOWN
    )


def test_a_default_schema_of_ones_own() -> None:
    names = Names("postgresql", "shop")
    assert names.key(None, "t") == names.key("shop", "t") != names.key("public", "t")


def test_unquoted_names_of_raw_sql_are_folded_where_the_database_does() -> None:
    assert stored("Users", quoted=False, database="postgresql") == "users"
    assert stored("Users", quoted=True, database="postgresql") == "Users"
    assert stored("Users", quoted=False, database="mysql") == "Users"


def test_two_spellings_leave_a_doubt_where_some_servers_keep_them_apart() -> None:
    assert known(creates("t", "a"), adds("T", "b"), database="mysql").presence("t") is UNKNOWN
    assert known(creates("t", "a"), adds("T", "b"), database="sqlite").column_presence("t", "b") is THERE
    seen = known(creates("users", "a"), replace(alters("Users", "a", nullable=True), raw=True))
    assert seen.presence("users") is UNKNOWN


def test_a_search_path_moves_the_names_without_a_schema() -> None:
    path = fx.SetsSetting(span=SPAN, name="search_path", value="shop")
    seen = known(path, creates("t"))
    assert [seen.presence("t", schema) for schema in (None, "shop")] == [UNKNOWN, THERE]
    odd = fx.SetsSetting(span=SPAN, name="search_path", value=fx.UNKNOWN)
    assert known(creates("t", "a"), odd, drops("t")).presence("t") is UNKNOWN
    replay = Replay(Names("postgresql"))
    replay.run([path], "r1")
    replay.run([creates("t")], "r2")
    assert Answers(replay.schema(), Names("postgresql")).presence("t") is THERE


# -- what rules ask -----------------------------------------------------------------------------------------------


def check(name: str, condition: str | None = "a IS NOT NULL", **fields: Any) -> fx.AddsConstraint:
    return fx.AddsConstraint(span=SPAN, table="t", kind=KIND.CHECK, name=name, condition=condition, **fields)


def test_a_validated_check_proves_not_null() -> None:
    assert known(creates("t", "a"), check("c")).validated_not_null_check("t", "a") is True
    assert known(creates("t", "a")).validated_not_null_check("t", "a") is False
    assert known(adds("t", "b")).validated_not_null_check("t", "a") is fx.UNKNOWN
    late = check("c", not_valid=True)
    assert known(creates("t", "a"), late).validated_not_null_check("t", "a") is False
    validates = fx.ValidatesConstraint(span=SPAN, table="t", name="c")
    assert known(creates("t", "a"), late, validates).validated_not_null_check("t", "a") is True
    gone = fx.DropsConstraint(span=SPAN, table="t", name="c", kind=KIND.CHECK)
    assert known(creates("t", "a"), late, validates, gone).validated_not_null_check("t", "a") is False


def test_a_check_that_an_older_revision_made_may_prove_it() -> None:
    seen = known(fx.ValidatesConstraint(span=SPAN, table="t", name="a_not_null"))
    assert seen.validated_not_null_check("t", "a") is fx.UNKNOWN
    assert [one.name for one in seen.may_prove_not_null("t", "a")] == ["a_not_null"]


@pytest.mark.parametrize(
    ("condition", "proves"),
    [
        ("a IS NOT NULL", True),
        ("(a is  not null)", True),
        ('("a" IS NOT NULL AND b > 1)', True),
        ("A IS NOT NULL", True),
        ('"A" IS NOT NULL', False),
        ("a IS NOT NULL OR b > 1", False),
        ("NOT (a IS NOT NULL)", False),
        ("b IS NOT NULL", False),
        ("a > 1", False),
        ("a IS NULL", False),
        ("lower(a) IS NOT NULL", False),
        ("(b = 1 AND a IS NOT NULL) IS NOT NULL", False),
        ("b IN (SELECT 1 WHERE a IS NOT NULL)", False),
    ],
)
def test_which_conditions_prove_it(condition: str, proves: bool) -> None:
    assert known(creates("t", "a"), check("c", condition)).validated_not_null_check("t", "a") is proves


def test_rows_are_possible_in_what_is_old_or_has_been_filled() -> None:
    insert = fx.ChangesData(span=SPAN, verb="INSERT", table="t")
    new = {"r1"}
    assert known(creates("t")).has_rows_possible("t", new=new) is False
    assert known(creates("t")).has_rows_possible("t", new={"r2"}) is True
    assert known(creates("t"), insert).has_rows_possible("t", new=new) is True
    assert known(creates("t"), replace(insert, table=fx.UNKNOWN)).has_rows_possible("t", new=new) is True
    assert known(creates("t"), replace(insert, verb="UPDATE")).has_rows_possible("t", new=new) is False
    assert known(creates("t", whole=False)).has_rows_possible("t", new=new) is True
    assert known(adds("t", "a")).has_rows_possible("t", new=new) is True


def test_a_required_column_by_whatever_way() -> None:
    """A default for the rows that are there, then NOT NULL, then the default goes: older code must fill it."""
    before = known()
    steps = [
        alters("t", "c", changes_default=True, default="''"),
        alters("t", "c", nullable=False),
        alters("t", "c", drops_default=True),
    ]
    required = made_required(before, known(*steps), "t")
    assert [column.name for column in required] == ["c"]
    assert list(made_required(before, known(*steps[:2]), "t")) == []
    assert list(made_required(known(creates("t", "c")), known(creates("t", "c")), "t")) == []


def test_a_default_that_goes_from_a_counting_key_leaves_it_filled() -> None:
    key = fx.Column("id", fx.Type("Integer"), False, primary_key=True, has_default=True, identity=True)
    made = fx.CreatesTable(span=SPAN, table="t", columns=(key,))
    column = known(made, alters("t", "id", drops_default=True)).column("t", "id")
    assert column is not None and column.has_default is fx.UNKNOWN


def test_an_index_that_becomes_a_constraint() -> None:
    index = fx.CreatesIndex(span=SPAN, table="t", name="ix", columns=("a",), unique=True)
    using = fx.AddsConstraint(span=SPAN, table="t", kind=KIND.UNIQUE, name="uq", using_index="ix", raw=True)
    table = known(creates("t", "a"), index, using).table("t")
    assert table is not None
    assert table.indexes.presence("ix") is ABSENT
    assert table.constraints.there["uq"].columns == ("a",)


def test_which_columns_an_index_begins_with() -> None:
    index = fx.CreatesIndex(span=SPAN, table="t", name="ix", columns=("a", "b"))
    seen = known(creates("t", "a", "b"), index)
    assert [seen.starts_an_index((name,), "t") for name in "ab"] == [True, False]
    assert seen.starts_an_index(("b", "a"), "t") is True
    assert known(adds("t", "a")).starts_an_index(("a",), "t") is fx.UNKNOWN
    partial = replace(index, where="a > 1")
    assert known(creates("t", "a", "b"), partial).starts_an_index(("a",), "t") is False


def test_a_mysql_change_of_a_column_states_it_anew() -> None:
    """MODIFY without NOT NULL makes the column take NULL, and without DEFAULT it has none."""
    with_default = fx.Column("a", fx.Type("Integer"), False, has_default=True, default="1")
    made = creates("t", columns=(with_default,))
    widens = alters("t", "a", new_type=fx.Type("BigInteger"))
    assert known(made, widens, database="mysql").column_nullable("t", "a") is fx.UNKNOWN
    assert known(made, widens, database="postgresql").column_nullable("t", "a") is False
    kept = replace(widens, existing_nullable=False)
    column = known(made, kept, database="mysql").column("t", "a")
    assert column is not None
    assert (column.nullable, column.has_default) == (False, fx.UNKNOWN)


# -- enum types and other objects ---------------------------------------------------------------------------------


def test_enum_types_and_their_labels() -> None:
    made = fx.CreatesEnum(span=SPAN, name="mood", labels=("sad", "glad"))
    more = fx.AddsEnumLabel(span=SPAN, name="mood", label="so")
    other = fx.RenamesEnum(span=SPAN, name="mood", label="sad", new_name="blue")
    enums = known(made, more, other).known.enums
    assert enums.there["", "mood"].labels == ("blue", "glad", "so")
    assert known(made, fx.DropsEnum(span=SPAN, name="mood")).known.enums.presence(("", "mood")) is ABSENT
    moved = known(made, fx.RenamesEnum(span=SPAN, name="mood", new_name="air")).known.enums
    assert moved.there["", "air"].labels == ("sad", "glad")
    assert moved.presence(("", "mood")) is ABSENT
    maybe = known(made, replace(more, conditional=True)).known.enums.there["", "mood"]
    assert maybe.labels is fx.UNKNOWN


def test_create_table_makes_the_enum_types_of_its_columns() -> None:
    column = fx.Column("m", fx.Type("Enum", ("sad", "glad"), (("name", "mood"),)))
    seen = known(creates("t", columns=(column,)), start=EMPTY)
    assert seen.known.enums.there["", "mood"].labels == ("sad", "glad")
    dropped = known(creates("t", columns=(column,)), drops("t"), start=EMPTY)
    assert dropped.known.enums.presence(("", "mood")) is THERE


def test_triggers_go_with_their_table_and_views_may_go_with_a_cascade() -> None:
    trigger = fx.CreatesObject(span=SPAN, kind=fx.ObjectKind.TRIGGER, name="tg", table="t")
    view = fx.CreatesObject(span=SPAN, kind=fx.ObjectKind.VIEW, name="v")
    key = (fx.ObjectKind.TRIGGER, "", "tg", "t")
    assert known(creates("t"), trigger).known.objects.presence(key) is THERE
    assert known(creates("t"), trigger, drops("t")).known.objects.presence(key) is ABSENT
    beside = (fx.ObjectKind.VIEW, "", "v", None)
    assert known(creates("t"), view, drops("t")).known.objects.presence(beside) is THERE
    assert known(creates("t"), view, drops("t", cascade=True)).known.objects.presence(beside) is UNKNOWN
    maybe = replace(view, conditional=True)
    assert known(maybe).known.objects.presence(beside) is UNKNOWN


# -- two that may be the case -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "partitioned table"},
        {"comment": "why"},
        {"options": ("fast",)},
        {"made_by": "r2"},
        {"filled": True},
    ],
    ids=str,
)
def test_what_differs_in_two_tables_is_not_told_and_what_does_not_is(change: dict[str, Any]) -> None:
    one = Table("", "t", filled=False, made_by="r1")
    other = replace(one, **change)
    (field,) = change
    for common in (common_state(one, other), common_state(other, one)):
        assert isinstance(common, Table)
        assert getattr(common, field) == {"made_by": None, "filled": True}.get(field, fx.UNKNOWN)
        same = [name for name in ("kind", "comment", "options", "made_by", "filled") if name != field]
        assert all(getattr(common, name) == getattr(one, name) for name in same)
    assert common_state(other, other) is other
    assert common_state(one, ABSENT) is UNKNOWN and common_state(UNKNOWN, one) is UNKNOWN


def test_what_was_there_before_goes_with_its_table() -> None:
    key = (fx.ObjectKind.TRIGGER, "", "tg", "t")
    there = Schema(objects=Shelf({key: Object(fx.ObjectKind.TRIGGER, "", "tg", "t")}))
    assert known(drops("t"), start=there).known.objects.presence(key) is ABSENT


def test_a_revision_that_may_have_run_is_another_file() -> None:
    path = fx.SetsSetting(span=SPAN, name="search_path", value="shop")
    replay = Replay(Names("postgresql"), EMPTY)
    replay.run([path], "r1")
    replay.maybe([creates("t")], "r2")
    seen = Answers(replay.schema(), Names("postgresql"))
    assert [seen.presence("t", schema) for schema in (None, "shop")] == [UNKNOWN, ABSENT]


def test_what_nobody_knows_has_no_default_for_sure() -> None:
    assert known().column_has_default("t", "a") is fx.UNKNOWN
    assert known(creates("t", "a")).column_has_default("t", "a") is False
    assert known(creates("t", "a")).validated_not_null_check("t", fx.UNKNOWN) is fx.UNKNOWN
    assert known(start=EMPTY).validated_not_null_check("t", "a") is False


def test_a_key_that_nobody_knows_is_none_for_sure() -> None:
    key = fx.AddsConstraint(
        span=SPAN,
        table="t",
        kind=fx.ConstraintKind.FOREIGN_KEY,
        name="fk",
        columns=("a",),
        referent="u",
        references=fx.ForeignKey("u", columns=("id",)),
    )
    told = known(creates("t", "a"), key)
    assert told.has_foreign_key(("a",), "u", "t")
    for columns, referent, table in (
        (("b",), "u", "t"),
        (("a",), "v", "t"),
        (("a",), fx.UNKNOWN, "t"),
        ((fx.UNKNOWN,), "u", "t"),
        ((), "u", "t"),
        (("a",), "u", "other"),
        (("a",), "u", fx.UNKNOWN),
    ):
        assert told.has_foreign_key(columns, referent, table) is False
    assert known().has_foreign_key(("a",), "u", "t") is False


# -- time ---------------------------------------------------------------------------------------------------------

SHAPES = {
    "tables": lambda n: [creates(f"t{n}", "a"), adds(f"t{n}", "b")],
    "one table": lambda n: [
        fx.CreatesIndex(span=SPAN, table="t", name=f"ix{n}", columns=("a",)),
        fx.DropsIndex(span=SPAN, name=f"ix{n}"),
    ],
    "unknown places": lambda n: [creates(f"t{n}", "a"), adds(fx.UNKNOWN, "b"), adds(f"t{n}", "c")],
    "conditions": lambda n: [replace(creates(f"t{n}", "a"), conditional=True), replace(drops("t0"), conditional=True)],
    "unread places": lambda n: [creates(f"t{n}", "a"), fx.NotAnalysed(span=SPAN, reason="x")],
    "unread SQL": lambda n: [creates(f"t{n}", "a"), fx.RunsSql(span=SPAN, text=f"ALTER TABLE t{n} FROBNICATE")],
    "nameless indexes": lambda n: [
        creates(f"t{n}", columns=(fx.Column("a", fx.Type("Integer"), index=True),)),
        fx.DropsIndex(span=SPAN, name=f"ix_t{n}_a"),
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_history_takes_a_time_in_proportion(shape: str) -> None:
    def run(revisions: int) -> None:
        replay = Replay(Names("postgresql"))
        for number in range(revisions):
            replay.run(SHAPES[shape](number), f"r{number}")
        replay.schema()

    # in proportion it takes 12 times as long, with the square 144 times
    bound = 12 * 4 * seconds_of(lambda: run(75))
    assert seconds_of(lambda: run(900), enough=bound) < bound
