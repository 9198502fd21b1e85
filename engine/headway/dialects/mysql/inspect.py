"""A live MySQL or MariaDB database as a schema, by a dozen queries however many tables there are. Compares nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from headway.catalog.schema import Column, Constraint, Index, Key, Object, ObjectKey, Schema, Table
from headway.catalog.shelf import Shelf
from headway.dialects.written import shelf_of, type_of
from headway.effects.model import ConstraintKind, ObjectKind

Row = Mapping[str, Any]
"""One row by the names of its columns, in lower case: not every version and server has all of them."""

_KIND = ConstraintKind
_FROM = "SELECT * FROM information_schema."
_DATABASE = "SELECT DATABASE() AS name, @@collation_database AS collation"
_TABLES = _FROM + "tables WHERE table_schema = DATABASE()"
_COLUMNS = _FROM + "columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"
_STATISTICS = _FROM + "statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index"
_KEYS = (
    _FROM + "key_column_usage WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL"
    " ORDER BY table_name, constraint_name, ordinal_position"
)
_RULES = _FROM + "referential_constraints WHERE constraint_schema = DATABASE()"
_CONSTRAINTS = _FROM + "table_constraints WHERE table_schema = DATABASE() AND constraint_type = 'CHECK'"
_HAS_CHECKS = _FROM + "tables WHERE table_schema = 'information_schema' AND table_name = 'CHECK_CONSTRAINTS'"
_CHECKS = _FROM + "check_constraints WHERE constraint_schema = DATABASE()"
_PARTITIONS = (
    _FROM + "partitions WHERE table_schema = DATABASE() AND partition_name IS NOT NULL"
    " ORDER BY table_name, partition_ordinal_position, subpartition_ordinal_position"
)
_VIEWS = _FROM + "views WHERE table_schema = DATABASE()"
_TRIGGERS = _FROM + "triggers WHERE trigger_schema = DATABASE()"
_ROUTINES = _FROM + "routines WHERE routine_schema = DATABASE()"
_PARAMETERS = _FROM + "parameters WHERE specific_schema = DATABASE() ORDER BY specific_name, ordinal_position"
_EVENTS = _FROM + "events WHERE event_schema = DATABASE()"


def inspect_schema(connection: Connection, leave_out: Collection[str]) -> Schema:
    """Everything in the connection's database except the tables that are left out."""
    seen = _Seen(connection)
    tables = dict(seen.tables(leave_out))
    objects = {key: one for key, one in seen.objects() if one.table is None or one.table not in leave_out}
    return Schema(Shelf(tables), Shelf(), Shelf(objects))


class _Seen:
    """The answers of the database, each asked for once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        (self._database,) = self._ask(_DATABASE)
        self._rows = self._ask(_TABLES)
        self._rules = {(row["table_name"], row["constraint_name"]): row for row in self._ask(_RULES)}
        self._keys = _grouped(self._ask(_KEYS))
        self._statistics = _grouped(self._ask(_STATISTICS))
        self._columns = _grouped(self._ask(_COLUMNS))
        self._partitions = _grouped(self._ask(_PARTITIONS))
        self._checks = _grouped(self._all_checks())

    def tables(self, leave_out: Collection[str]) -> Iterator[tuple[Key, Table]]:
        """The tables with all that is in them."""
        for row in self._rows:
            name = row["table_name"]
            if row["table_type"] != "BASE TABLE" or name in leave_out:
                continue
            columns = [_column(one, row["table_collation"]) for one in self._columns.get(name, ())]
            indexes = [_index(rows) for rows in self._indexes_of(name)]
            yield (
                ("", name.lower()),
                Table(
                    schema="",
                    name=name,
                    kind="partitioned table" if name in self._partitions else "table",
                    columns=Shelf({str(column.name).lower(): column for column in columns}),
                    constraints=shelf_of(self._constraints(name), str.lower),
                    indexes=shelf_of((one for one in indexes if one.name != "PRIMARY"), str.lower),
                    comment=row["table_comment"] or None,
                    options=tuple(self._options(row)),
                ),
            )

    def objects(self) -> Iterator[tuple[ObjectKey, Object]]:
        """Views, sequences, triggers, routines and events."""
        for one in (*self._views_and_sequences(), *self._triggers(), *self._routines(), *self._events()):
            yield (one.kind, "", one.name.lower(), one.table.lower() if one.table else None), one

    # -- in tables ----------------------------------------------------------------------------------------------

    def _indexes_of(self, table: str) -> list[list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self._statistics.get(table, ()):
            found.setdefault(row["index_name"], []).append(row)
        return list(found.values())

    def _constraints(self, table: str) -> Iterator[Constraint]:
        for rows in self._indexes_of(table):
            if rows[0]["index_name"] == "PRIMARY":
                yield Constraint(_KIND.PRIMARY_KEY, "PRIMARY", tuple(_part(row) for row in rows))
        keys: dict[str, list[Row]] = {}
        for row in self._keys.get(table, ()):
            keys.setdefault(row["constraint_name"], []).append(row)
        for name, rows in keys.items():
            rule = self._rules.get((table, name), {})
            yield Constraint(
                _KIND.FOREIGN_KEY,
                name,
                tuple(row["column_name"].lower() for row in rows),
                referent=("", rows[0]["referenced_table_name"].lower()),
                referred=tuple(row["referenced_column_name"].lower() for row in rows),
                on_delete=_rule(rule.get("delete_rule")),
                on_update=_rule(rule.get("update_rule")),
            )
        for row in self._checks.get(table, ()):
            options = ("NOT ENFORCED",) if row.get("enforced") == "NO" else ()
            condition = " ".join(str(row["check_clause"]).split())
            yield Constraint(_KIND.CHECK, row["constraint_name"], condition=condition, options=options)

    def _options(self, row: Row) -> Iterator[str]:
        yield f"ENGINE {row['engine']}"
        # Which one a table gets that names none is for whoever made the database to say, as its name is.
        if row["table_collation"] != self._database["collation"]:
            yield f"COLLATE {row['table_collation']}"
        if row["create_options"] and row["create_options"] != "partitioned":
            yield str(row["create_options"])
        for part in self._partitions.get(row["table_name"], ()):
            words = ("partition_method", "partition_expression", "partition_name", "partition_description")
            names = (*words, "subpartition_method", "subpartition_expression", "subpartition_name")
            yield "PARTITION " + " ".join(str(part[name]) for name in names if part[name] is not None)

    def _all_checks(self) -> list[Row]:
        if not self._ask(_HAS_CHECKS):
            return []
        tables = {row["constraint_name"]: row for row in self._ask(_CONSTRAINTS)}
        found: list[Row] = []
        for row in self._ask(_CHECKS):
            # MariaDB names the table here, because a name is one only inside a table.
            of = {} if "table_name" in row else tables.get(row["constraint_name"], {})
            if "table_name" in row or of:
                found.append({**of, **row})
        return found

    # -- beside tables ------------------------------------------------------------------------------------------

    def _views_and_sequences(self) -> Iterator[Object]:
        for row in self._ask(_VIEWS):
            query = _without_database(row["view_definition"], self._database["name"])
            said = f"{query} {row['check_option']} {row['security_type']}"
            yield Object(ObjectKind.VIEW, "", row["table_name"], None, said)
        for row in self._rows:
            if row["table_type"] == "SEQUENCE":
                yield Object(ObjectKind.SEQUENCE, "", row["table_name"])

    def _triggers(self) -> Iterator[Object]:
        for row in self._ask(_TRIGGERS):
            words = (row["action_timing"], row["event_manipulation"], row["action_order"], row["action_statement"])
            said = " ".join(" ".join(map(str, words)).split())
            yield Object(ObjectKind.TRIGGER, "", row["trigger_name"], row["event_object_table"], said)

    def _routines(self) -> Iterator[Object]:
        parameters: dict[str, list[str]] = {}
        for row in self._ask(_PARAMETERS):
            said = (row["parameter_mode"], row["parameter_name"], row["dtd_identifier"])
            parameters.setdefault(row["specific_name"], []).append(" ".join(str(word) for word in said if word))
        for row in self._ask(_ROUTINES):
            kind = ObjectKind.PROCEDURE if row["routine_type"] == "PROCEDURE" else ObjectKind.FUNCTION
            given = ", ".join(parameters.get(row["specific_name"], ()))
            words = (row["sql_data_access"], row["is_deterministic"], row["security_type"], row["routine_definition"])
            definition = " ".join(f"({given}) {' '.join(map(str, words))}".split())
            yield Object(kind, "", row["routine_name"], None, definition)

    def _events(self) -> Iterator[Object]:
        for row in self._ask(_EVENTS):
            words = ("event_type", "execute_at", "interval_value", "interval_field", "status", "event_definition")
            said = " ".join(str(row[word]) for word in words if row[word] is not None)
            yield Object(ObjectKind.OTHER, "", f"event {row['event_name']}", None, " ".join(said.split()))

    def _ask(self, sql: str) -> list[Row]:
        result = self._connection.exec_driver_sql(sql)
        names = [name.lower() for name in result.keys()]  # noqa: SIM118  # a result's keys are not a mapping's
        return [dict(zip(names, row, strict=True)) for row in result]


def _column(row: Row, usual_collation: str | None) -> Column:
    extra = str(row["extra"] or "")
    computed = row.get("generation_expression") or None
    default = None if row["column_default"] in (None, "NULL") or computed else str(row["column_default"])
    counts = "auto_increment" in extra.lower()
    kept = [word for word in extra.split() if word.upper() not in ("AUTO_INCREMENT", "DEFAULT_GENERATED")]
    return Column(
        name=row["column_name"],
        type=type_of(row["column_type"]),
        nullable=row["is_nullable"] == "YES",
        default=default,
        has_default=default is not None or counts or computed is not None,
        computed=computed,
        stored="STORED" in extra.upper(),
        identity="AUTO_INCREMENT" if counts else None,
        comment=row["column_comment"] or None,
        collation=row["collation_name"] if row["collation_name"] != usual_collation else None,
        options=(" ".join(kept),) if kept else (),
    )


def _index(rows: list[Row]) -> Index:
    first = rows[0]
    said = [first["index_comment"]] if first.get("index_comment") else []
    hidden = first.get("is_visible") == "NO" or first.get("ignored") == "YES"
    return Index(
        name=first["index_name"],
        parts=tuple(_part(row) for row in rows),
        unique=not int(first["non_unique"]),
        method=first["index_type"],
        options=tuple(said + (["INVISIBLE"] if hidden else [])),
    )


def _part(row: Row) -> str:
    name = row["column_name"].lower() if row["column_name"] is not None else f"({row.get('expression')})"
    length = f"({row['sub_part']})" if row["sub_part"] is not None else ""
    return f"{name}{length}{' DESC' if row['collation'] == 'D' else ''}"


def _without_database(query: str, name: str) -> str:
    """The query of a view without the name of its own database, which the server writes before each table and column."""
    quoted = f"`{name.replace('`', '``')}`"
    return re.sub(rf"(?<![.`]){re.escape(quoted)}\.(?=`)", "", query)


def _rule(word: Any) -> str | None:
    return None if word in (None, "RESTRICT", "NO ACTION") else str(word)


def _grouped(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["table_name"], []).append(row)
    return found
