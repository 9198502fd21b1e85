"""Types of columns: which are stored the same way, which hold less, which PostgreSQL casts only when it is told how."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headway.effects import model as fx
from headway.effects.keys import foreign_keys
from headway.effects.narrowing import narrows, needs_using, surely_fits
from headway.effects.stored_type import on_mysql, on_postgresql, same, stored


def type_(written: str) -> fx.Type:
    """``numeric(10, 2) timezone=True``: a number, True, None or UNKNOWN is itself, anything else is a text."""
    name, *options = written.split(" ")
    name, _, arguments = name.rstrip(")").partition("(")
    values = [_value(one) for one in arguments.split(",") if one]
    named = [(key, _value(value)) for key, _, value in (one.partition("=") for one in options)]
    return fx.Type(name, tuple(values), tuple(named), written=written)


def _value(text: str) -> object:
    known = {"True": True, "False": False, "None": None, "UNKNOWN": fx.UNKNOWN}
    return known[text] if text in known else int(text) if text.isdecimal() else text


@pytest.mark.parametrize(
    ("one", "other", "postgresql", "mysql"),
    [
        ("String(5)", "varchar(5)", True, True),
        ("varchar(5)", "varchar(6)", False, False),
        ("String(length=5)", "varchar(5)", False, False),
        ("String length=5", "varchar(5)", True, True),
        ("varchar(UNKNOWN)", "varchar(UNKNOWN)", False, False),
        ("varchar(5) collation=C", "varchar(5)", False, False),
        ("char", "char(1)", True, True),
        ("bit", "bit(1)", True, True),
        ("bit(5) varying=True", "varbit(5)", True, True),
        ("bit(5) varying=False", "bit(5)", True, True),
        ("Numeric(10,2)", "numeric(10,2)", True, True),
        ("Numeric precision=10 scale=2", "decimal(10,2)", True, True),
        ("numeric(10)", "numeric(10,0)", True, True),
        ("numeric", "numeric(10,0)", False, True),
        ("numeric", "numeric(11,0)", False, False),
        ("numeric", "numeric(10,1)", False, False),
        ("int", "int(11)", False, True),
        ("int display_width=11", "int", False, True),
        ("Boolean", "tinyint", False, True),
        ("Boolean", "tinyint(1)", False, True),
        ("float(24)", "float(10)", True, True),
        ("float(24)", "float(25)", False, False),
        ("float(25)", "double", True, True),
        ("float", "float(24)", False, True),
        ("datetime", "timestamp", True, False),
        ("datetime", "datetime(0)", False, True),
        ("datetime", "datetime(3)", False, False),
        ("DateTime timezone=True", "timestamptz", True, True),
        ("DateTime(True)", "timestamptz", True, True),
        ("DateTime(False)", "timestamp", True, False),
        ("DateTime(False)", "timestamptz", False, False),
        ("timestamp(3)", "timestamp(6)", False, False),
        ("Boolean name=ck create_constraint=True", "bool", True, True),
        ("Boolean name=ck", "Boolean name=other", True, True),
        ("LargeBinary(9)", "bytea", True, False),
        ("LargeBinary length=9", "LargeBinary length=10", True, False),
        ("Enum(a,bcd) native_enum=False name=n", "varchar(3)", True, True),
        ("Enum(a,bcd) native_enum=False length=9", "String(9)", True, True),
        ("Enum(a,UNKNOWN) native_enum=False", "Enum(a,UNKNOWN) native_enum=False", False, False),
        ("Enum(a,b) native_enum=True name=n", "Enum(a,b) name=n", True, True),
        ("UUIDType binary=False", "UUIDType binary=True", True, False),
        ("UUIDType", "Uuid", True, False),
        ("array(x) dimensions=1", "array(x)", True, True),
        ("mine(5)", "mine(5)", True, True),
        ("mine(5)", "mine(6)", False, False),
        ("mine", "other", False, False),
        ("mine a=1", "mine a=2", False, False),
    ],
)
def test_what_is_stored_the_same_way(one: str, other: str, postgresql: bool, mysql: bool) -> None:
    first, second = stored(type_(one)), stored(type_(other))
    assert first is not None and second is not None
    assert same(on_postgresql(first), on_postgresql(second)) is postgresql
    assert same(on_mysql(first), on_mysql(second)) is mysql
    assert same(on_mysql(second), on_mysql(first)) is mysql


def test_a_type_without_a_name_is_not_stored() -> None:
    assert stored(fx.Type(fx.UNKNOWN, written="x")) is None


@pytest.mark.parametrize(
    ("old", "new", "less"),
    [
        ("varchar(6)", "varchar(5)", True),
        ("varchar(5)", "varchar(5)", False),
        ("varchar(5)", "varchar(6)", False),
        ("varchar(5)", "varchar", False),
        ("varchar(5)", "text", False),
        ("text", "varchar(5)", True),
        ("text", "varchar(65535)", False),
        ("text", "varchar(65534)", True),
        ("mediumtext", "text", True),
        ("longtext", "text", True),
        ("text", "mediumtext", False),
        ("longtext", "mediumtext", True),
        ("tinytext", "varchar(255)", False),
        ("tinytext", "varchar(254)", True),
        ("varchar(300)", "tinytext", True),
        ("varchar(UNKNOWN)", "varchar(5)", False),
        ("varchar(5)", "varchar(UNKNOWN)", False),
        ("int", "smallint", True),
        ("bigint", "int", True),
        ("int", "int", False),
        ("smallint", "bigint", False),
        ("numeric(10,2)", "numeric(10,2)", False),
        ("numeric(10,2)", "numeric(10,1)", True),
        ("numeric(10,2)", "numeric(10,3)", True),
        ("numeric(10,2)", "numeric(11,3)", False),
        ("numeric(10,2)", "numeric(9,2)", True),
        ("numeric(10,2)", "numeric", False),
        ("numeric", "numeric(10,2)", True),
        ("numeric", "numeric", False),
        ("numeric", "numeric(UNKNOWN,2)", False),
        ("numeric(UNKNOWN,2)", "numeric(10,2)", False),
        ("int", "varchar(5)", False),
        ("date", "timestamp", False),
    ],
)
def test_what_holds_less(old: str, new: str, less: bool) -> None:
    assert narrows(type_(old), type_(new)) is less
    nameless = fx.Type(fx.UNKNOWN, written="x")
    assert narrows(nameless, type_(new)) is narrows(type_(old), nameless) is False


@pytest.mark.parametrize(
    ("old", "new", "needs"),
    [
        ("varchar(5)", "int", True),
        ("text", "timestamp", True),
        ("int", "text", False),
        ("int", "varchar(5)", False),
        ("int", "bigint", False),
        ("bigint", "numeric", False),
        ("int", "boolean", True),
        ("boolean", "int", True),
        ("timestamp", "date", False),
        ("date", "timestamptz", False),
        ("date", "time", True),
        ("time", "interval", False),
        ("interval", "timestamp", True),
        ("json", "jsonb", False),
        ("jsonb", "text", False),
        ("text", "jsonb", True),
        ("bit(5)", "varbit(5)", False),
        ("varchar(5)", "varchar(6)", False),
        ("enum(a)", "enum(a)", False),
        ("enum(a)", "enum(a,b)", True),
        ("enum(a) name=x", "enum(a) name=y", True),
        ("enum(a) name=x", "enum(a,b) name=x", False),
        ("mine", "int", False),
        ("int", "mine", False),
    ],
)
def test_what_needs_using(old: str, new: str, needs: bool) -> None:
    assert needs_using(type_(old), type_(new)) is needs
    nameless = fx.Type(fx.UNKNOWN, written="x")
    assert needs_using(nameless, type_(new)) is needs_using(type_(old), nameless) is False


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        ("varchar(5)", "varchar(6)", True),
        ("varchar(6)", "varchar(5)", False),
        ("varchar", "text", True),
        ("varchar(UNKNOWN)", "varchar(9)", False),
        ("varchar(5)", "varchar(9) collation=C", False),
        ("int", "bigint", True),
        ("bigint", "int", False),
        ("int", "bigint unsigned=True", False),
        ("numeric(5,2)", "numeric(7,2)", True),
        ("numeric(5,2)", "numeric(7,5)", False),
        ("int", "varchar(9)", False),
        ("enum(a,b)", "enum(a)", False),
        ("mine(5)", "mine(5)", False),
    ],
)
def test_what_surely_fits(old: str, new: str, fits: bool) -> None:
    assert surely_fits(type_(old), type_(new)) is fits
    assert not surely_fits(None, type_(new))


def test_the_keys_that_an_effect_makes() -> None:
    span = fx.Span("x.py", 1)
    one, other = fx.ForeignKey("u", columns=("b",)), fx.ForeignKey("v", columns=("c",))
    column = fx.Column("a", references=(one,))
    foreign = fx.Constraint(fx.ConstraintKind.FOREIGN_KEY, "fk", ("a",), other)
    unique = fx.Constraint(fx.ConstraintKind.UNIQUE, "uq", ("a",))
    made = fx.CreatesTable(span=span, table="t", columns=(column,), constraints=(unique, foreign))
    assert list(foreign_keys(made)) == [one, other]
    assert list(foreign_keys(fx.AddsColumn(span=span, table="t", column=column))) == [one]
    add = fx.AddsConstraint(span=span, table="t", kind=fx.ConstraintKind.FOREIGN_KEY, name="fk", columns=("a",))
    assert list(foreign_keys(add)) == []
    assert list(foreign_keys(replace(add, references=other))) == [other]
    assert list(foreign_keys(replace(add, referent="w"))) == [fx.ForeignKey("w")]
    assert list(foreign_keys(fx.DropsTable(span=span, table="t"))) == []
