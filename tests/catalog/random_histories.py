"""Histories by chance: each step changes a real database and says as effects what it does, or less than it does.

No tests of its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headway.catalog.schema import Schema, Table
from headway.dialects.inspection import inspect_schema
from headway.effects import model as fx
from headway.errors import HeadwayError
from headway.operations import every  # noqa: F401  # fills Operations with the directives
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext

SPAN = fx.Span("versions/x.py", 1)
TABLES = ("alpha", "beta", "gamma", "delta")
COLUMNS = ("one", "two", "three", "four")
TYPES: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("Integer", sa.Integer),
    ("BigInteger", sa.BigInteger),
    ("String", lambda: sa.String(40)),
)
KIND = fx.ConstraintKind


@dataclass(frozen=True)
class Step:
    """What is done, and what a reader of the file says of it."""

    effects: tuple[fx.Effect, ...]
    run: Callable[[Operations], None]


class Chance:
    """Steps that the database at the other end can take, chosen by a seed."""

    def __init__(self, connection: Connection, seed: int, doubt: float) -> None:
        self._connection = connection
        self._random = random.Random(seed)
        self._doubt = doubt
        self.database = "mariadb" if connection.dialect.name == "mysql" else connection.dialect.name
        self._number = 0

    def steps(self, count: int) -> Iterator[tuple[tuple[fx.Effect, ...], Schema]]:
        """Takes ``count`` steps; gives what is said of each, and the schema after it."""
        schema = inspect_schema(self._connection)
        for _ in range(count):
            said = self._step(schema)
            schema = inspect_schema(self._connection)
            yield said, schema

    def _step(self, schema: Schema) -> tuple[fx.Effect, ...]:
        step = self._choose(schema)
        runs, said = self._said(step)
        if not runs:
            return said
        try:
            step.run(Operations(MigrationContext.configure(self._connection)))
        except (sa.exc.SQLAlchemyError, HeadwayError):  # a step that this database refuses, or takes in part
            unchanged = inspect_schema(self._connection) == schema
            return () if unchanged else (fx.NotAnalysed(span=SPAN, reason="half a step"),)
        return said

    def _said(self, step: Step) -> tuple[bool, tuple[fx.Effect, ...]]:
        """Whether it runs, and what is said of it."""
        if self._random.random() >= self._doubt:
            return True, step.effects
        runs = self._random.random() < 0.5
        way = self._random.choice(["condition", "guard", "hidden", "computed", "not analysed", "sql"])
        if way == "condition":
            return runs, tuple(replace(effect, conditional=True) for effect in step.effects)
        if way == "guard":
            databases = frozenset({self.database if runs else "oracle"})
            return runs, tuple(replace(effect, databases=databases) for effect in step.effects)
        if way == "not analysed":
            return runs, (fx.NotAnalysed(span=SPAN, reason="chance"),)
        if way == "sql":
            names = " ".join(sorted(_texts(step.effects)))
            return True, (fx.RunsSql(span=SPAN, text=f"FROBNICATE {names}"),)
        return True, tuple(_hidden(effect, way) for effect in step.effects)

    # -- steps --------------------------------------------------------------------------------------------------

    def _choose(self, schema: Schema) -> Step:
        tables = [table for table in schema.tables if table.name in TABLES]
        free = [name for name in TABLES if name not in {table.name for table in tables}]
        if free and (not tables or self._random.random() < 0.2):
            return self._create_table(self._random.choice(free), tables)
        table = self._random.choice(tables)
        makers = [
            *[self._add_column] * 3,
            *[self._alter_column] * 4,
            *[self._drop_column] * 2,
            *[self._rename_column] * 2,
            *[self._create_index] * 3,
            *[self._drop_index] * 3,
            *[self._add_constraint] * 4,
            *[self._drop_constraint] * 3,
            self._insert,
            *[self._server_only] * 3,
        ]
        chosen = self._random.random()
        if chosen < 0.08:
            return self._drop_table(table)
        if chosen < 0.14 and free:
            return self._rename_table(table, self._random.choice(free))
        step = None
        while step is None:
            step = self._random.choice(makers)(table, tables)
        return step

    def _create_table(self, name: str, tables: list[Table]) -> Step:
        names = self._random.sample(COLUMNS, self._random.randint(1, 3))
        declared = [self._column(column) for column in names]
        arguments: list[Any] = [sa.Column("id", sa.Integer, primary_key=True), *[column for column, _ in declared]]
        columns = [fx.Column("id", fx.Type("Integer"), False, True, True), *[effect for _, effect in declared]]
        constraints: list[fx.Constraint] = []
        if self._random.random() < 0.4:
            named = f"uq_{self._next()}"
            arguments.append(sa.UniqueConstraint(names[0], name=named))
            constraints.append(fx.Constraint(KIND.UNIQUE, named, (names[0],)))
        if self._random.random() < 0.3:
            named = f"ck_{self._next()}"
            arguments.append(sa.CheckConstraint(f"{names[0]} IS NOT NULL", name=named))
            constraints.append(fx.Constraint(KIND.CHECK, named, (), condition=f"{names[0]} IS NOT NULL"))
        effect = fx.CreatesTable(span=SPAN, table=name, columns=tuple(columns), constraints=tuple(constraints))
        if self._random.random() < 0.2:
            flagged = replace(effect, if_not_exists=True)
            return Step((flagged,), lambda op: op.create_table(name, *arguments, if_not_exists=True))
        return Step((effect,), lambda op: op.create_table(name, *arguments))

    def _drop_table(self, table: Table) -> Step:
        effect = fx.DropsTable(span=SPAN, table=table.name, if_exists=self._random.random() < 0.3)
        return Step((effect,), lambda op: op.drop_table(str(table.name)))

    def _rename_table(self, table: Table, name: str) -> Step:
        effect = fx.RenamesTable(span=SPAN, table=table.name, new_name=name)
        return Step((effect,), lambda op: op.rename_table(str(table.name), name))

    def _column(self, name: str) -> tuple[sa.Column[Any], fx.Column]:
        word, made = self._random.choice(TYPES)
        nullable = self._random.random() < 0.6
        default = None if nullable and self._random.random() < 0.5 else "1"
        flag = self._random.choice(["", "", "index", "unique"])
        kwargs: dict[str, Any] = {"nullable": nullable, "server_default": default}
        column = sa.Column(name, made(), **kwargs, **({flag: True} if flag else {}))
        effect = fx.Column(
            name, fx.Type(word), nullable, has_default=default is not None, default=default and f"'{default}'"
        )
        return column, replace(effect, **{flag: True}) if flag else effect

    def _add_column(self, table: Table, tables: list[Table]) -> Step | None:
        name = self._free_column(table)
        if name is None:
            return None
        column, declared = self._column(name)
        if self.database == "sqlite" and column.unique:
            return None  # it cannot be added in place
        effect = fx.AddsColumn(span=SPAN, table=table.name, column=declared)
        return Step((effect,), lambda op: op.add_column(str(table.name), column))

    def _drop_column(self, table: Table, tables: list[Table]) -> Step | None:
        name = self._some_column(table)
        if name is None or len(table.columns.there) < 3:
            return None
        effect = fx.DropsColumn(span=SPAN, table=table.name, column=name)
        if self.database == "sqlite":
            return Step((effect,), self._in_batch(table, lambda batch: batch.drop_column(name)))
        return Step((effect,), lambda op: op.drop_column(str(table.name), name))

    def _rename_column(self, table: Table, tables: list[Table]) -> Step | None:
        name, new = self._some_column(table), self._free_column(table)
        if name is None or new is None:
            return None
        return self._altered(table, name, {"new_column_name": new}, {"new_name": new})

    def _alter_column(self, table: Table, tables: list[Table]) -> Step | None:
        name = self._some_column(table)
        if name is None:
            return None
        match self._random.choice(["nullable", "type", "default", "no default"]):
            case "nullable":
                nullable = self._random.random() < 0.5
                return self._altered(table, name, {"nullable": nullable}, {"nullable": nullable})
            case "type":
                return self._altered(table, name, {"type_": sa.String(60)}, {"new_type": STRING})
            case "default":
                given = {"changes_default": True, "default": "'2'"}
                return self._altered(table, name, {"server_default": "2"}, given)
            case _:
                return self._altered(table, name, {"server_default": None}, {"drops_default": True})

    def _altered(self, table: Table, name: str, arguments: dict[str, Any], fields: dict[str, Any]) -> Step:
        existing = table.columns.there[name]
        written: Any = sa.String(40) if "char" in str(existing.type).lower() else sa.Integer()
        arguments = {"existing_type": written, **arguments}
        if self.database == "mariadb" and self._random.random() < 0.5:
            arguments = {"existing_nullable": existing.nullable, **arguments}
            fields = {"existing_nullable": existing.nullable, **fields}
        effect = fx.AltersColumn(span=SPAN, table=table.name, column=name, **fields)
        if self.database == "sqlite":
            return Step((effect,), self._in_batch(table, lambda batch: batch.alter_column(name, **arguments)))
        return Step((effect,), lambda op: op.alter_column(str(table.name), name, **arguments))

    def _create_index(self, table: Table, tables: list[Table]) -> Step | None:
        columns = self._random.sample(list(table.columns.there), min(len(table.columns.there), 2))
        name, unique = f"ix_{self._next()}", self._random.random() < 0.3
        effect = fx.CreatesIndex(span=SPAN, table=table.name, name=name, columns=tuple(columns), unique=unique)
        return Step((effect,), lambda op: op.create_index(name, str(table.name), columns, unique=unique))

    def _drop_index(self, table: Table, tables: list[Table]) -> Step | None:
        if not table.indexes.there:
            return None
        name = str(self._random.choice(list(table.indexes)).name)
        told = table.name if self.database == "mariadb" or self._random.random() < 0.5 else None
        effect = fx.DropsIndex(span=SPAN, name=name, table=told)
        return Step((effect,), lambda op: op.drop_index(name, told))

    def _add_constraint(self, table: Table, tables: list[Table]) -> Step | None:
        kind, name = self._random.choice([KIND.UNIQUE, KIND.CHECK, KIND.FOREIGN_KEY]), f"cs_{self._next()}"
        column = self._some_column(table)
        if column is None:
            return None
        common: dict[str, Any] = {"span": SPAN, "table": table.name, "kind": kind, "name": name}
        if kind is KIND.FOREIGN_KEY:
            other = str(self._random.choice(tables).name)
            reference = fx.ForeignKey(other, None, ("id",))
            effect = fx.AddsConstraint(columns=(column,), referent=other, references=reference, **common)
            if self.database == "sqlite":
                return Step(
                    (effect,),
                    self._in_batch(table, lambda batch: batch.create_foreign_key(name, other, [column], ["id"])),
                )
            return Step((effect,), lambda op: op.create_foreign_key(name, str(table.name), other, [column], ["id"]))
        if kind is KIND.CHECK:
            condition = f"{column} IS NOT NULL"
            effect = fx.AddsConstraint(condition=condition, **common)
            if self.database == "sqlite":
                return Step((effect,), self._in_batch(table, lambda b: b.create_check_constraint(name, condition)))
            return Step((effect,), lambda op: op.create_check_constraint(name, str(table.name), condition))
        effect = fx.AddsConstraint(columns=(column,), **common)
        if self.database == "sqlite":
            return Step((effect,), self._in_batch(table, lambda b: b.create_unique_constraint(name, [column])))
        return Step((effect,), lambda op: op.create_unique_constraint(name, str(table.name), [column]))

    def _drop_constraint(self, table: Table, tables: list[Table]) -> Step | None:
        named = [one for one in table.constraints if isinstance(one.name, str) and one.kind in _DROPPABLE]
        if not named:
            return None
        one = self._random.choice(named)
        type_ = _DROPPABLE[one.kind]
        told = one.kind if self.database == "mariadb" or self._random.random() < 0.5 else KIND.UNKNOWN
        effect = fx.DropsConstraint(span=SPAN, table=table.name, name=one.name, kind=told)
        given = type_ if told is not KIND.UNKNOWN else None
        if self.database == "sqlite":
            return Step((effect,), self._in_batch(table, lambda batch: batch.drop_constraint(one.name, type_=given)))
        return Step((effect,), lambda op: op.drop_constraint(one.name, str(table.name), type_=given))

    def _insert(self, table: Table, tables: list[Table]) -> Step | None:
        effect = fx.ChangesData(span=SPAN, verb="INSERT", table=table.name)
        key = self._next()
        return Step((effect,), lambda op: op.execute(f"INSERT INTO {table.name} (id) VALUES ({key})"))

    def _server_only(self, table: Table, tables: list[Table]) -> Step | None:
        if self.database != "postgresql":
            return None
        column, number = self._some_column(table), self._next()
        index = self._random.choice([one for one in table.indexes if one.unique] or [None])
        hidden = [one for one in table.constraints if one.validated is False]
        choices = ["not valid", "rename"] + ["validate"] * 3 * bool(hidden) + ["using"] * 3 * (index is not None)
        common: dict[str, Any] = {"span": SPAN, "table": table.name, "raw": True}
        match self._random.choice(choices):
            case "not valid" if column is not None:
                condition, name = f"{column} IS NOT NULL", f"nv_{number}"
                effect: fx.Effect = fx.AddsConstraint(
                    kind=KIND.CHECK, name=name, condition=condition, not_valid=True, **common
                )
                sql = f"ALTER TABLE {table.name} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID"
            case "validate":
                name = str(self._random.choice(hidden).name)
                effect = fx.ValidatesConstraint(name=name, **common)
                sql = f"ALTER TABLE {table.name} VALIDATE CONSTRAINT {name}"
            case "using":
                name = f"uu_{number}"
                effect = fx.AddsConstraint(kind=KIND.UNIQUE, name=name, using_index=index.name, **common)
                sql = f"ALTER TABLE {table.name} ADD CONSTRAINT {name} UNIQUE USING INDEX {index.name}"
            case _ if table.indexes.there:
                old = str(self._random.choice(list(table.indexes)).name)
                effect = fx.RenamesIndex(span=SPAN, name=old, new_name=f"rn_{number}", raw=True)
                sql = f"ALTER INDEX {old} RENAME TO rn_{number}"
            case _:
                return None
        return Step((effect,), lambda op: op.execute(sql))

    def _in_batch(self, table: Table, do: Callable[[Any], None]) -> Callable[[Operations], None]:
        def run(op: Operations) -> None:
            with op.batch_alter_table(str(table.name)) as batch:
                do(batch)

        return run

    # -- names --------------------------------------------------------------------------------------------------

    def _some_column(self, table: Table) -> str | None:
        names = [name for name in table.columns.there if name != "id"]
        return self._random.choice(names) if names else None

    def _free_column(self, table: Table) -> str | None:
        names = [name for name in COLUMNS if name not in table.columns.there]
        return self._random.choice(names) if names else None

    def _next(self) -> int:
        self._number += 1
        return self._number


STRING = fx.Type("String", (60,))
_DROPPABLE = {KIND.UNIQUE: "unique", KIND.CHECK: "check", KIND.FOREIGN_KEY: "foreignkey"}


def _hidden(effect: fx.Effect, way: str) -> fx.Effect:
    """The effect when the name of its table is not told, or only as an expression."""
    table = getattr(effect, "table", None)
    if not isinstance(table, str):
        return replace(effect, name=fx.UNKNOWN)
    return replace(effect, table=fx.UNKNOWN if way == "hidden" else fx.Computed(f"{table}.__tablename__"))


def _texts(effects: tuple[fx.Effect, ...]) -> Iterator[str]:
    for effect in effects:
        for field in ("table", "name", "new_name", "column"):
            value = getattr(effect, field, None)
            if isinstance(value, str):
                yield value


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """A connection on which each statement stands by itself."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
