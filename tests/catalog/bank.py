"""The bank of replays in ``cases/``: what the body of an ``upgrade()`` leaves behind, database by database. No tests.

A case is a comment with its name, lines of Python, and lines that begin with ``=>``: the databases, a colon, and what is
then known. ``-- r2`` begins another revision, and ``start: empty`` says that there was nothing before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headway.catalog.names import Names
from headway.catalog.replay import Replay
from headway.catalog.schema import EMPTY, NOTHING_KNOWN, Column, Constraint, Index, Schema, Table
from headway.catalog.shelf import Shelf
from headway.effects import model as fx
from headway.reading.migration import read_migration

CASES = Path(__file__).parent / "cases"
DATABASES = ("postgresql", "mysql", "sqlite", "mssql", "any")
HEAD = "import enum\nimport sqlalchemy as sa\nfrom alembic import op\nfrom shop import NAME\n\n\ndef upgrade():\n"


@dataclass(frozen=True)
class Case:
    """One ``upgrade()``, or several in a row."""

    name: str
    body: str
    says: tuple[str, ...]
    empty: bool

    def __str__(self) -> str:
        return self.name

    def replayed(self) -> tuple[str, ...]:
        """What is known at its end, the databases that agree together."""
        found: dict[str, list[str]] = {}
        for database in DATABASES:
            found.setdefault("; ".join(_shown(self._schema(database))), []).append(database)
        return tuple(f"{' '.join(databases)}: {text}" for text, databases in found.items())

    def _schema(self, database: str) -> Schema:
        names = Names(None if database == "any" else database)
        replay = Replay(names, EMPTY if self.empty else NOTHING_KNOWN)
        dialects = None if names.database is None else frozenset({names.database})
        for number, body in enumerate(self.body.split("-- r2\n"), 1):
            source = HEAD + "".join(f"    {line}\n" for line in body.splitlines())
            upgrade = read_migration("x.py", source, databases=dialects).upgrade
            assert upgrade is not None
            replay.run(upgrade.effects, f"r{number}")
        return replay.schema()


def cases(path: Path) -> list[Case]:
    """The cases of one file."""
    found = []
    for block in path.read_text().strip("\n").split("\n\n"):
        name, *lines = block.split("\n")
        assert name.startswith("# "), name
        says = tuple(line[3:] for line in lines if line.startswith("=> "))
        body = "".join(f"{line}\n" for line in lines if not line.startswith(("=> ", "start: empty")))
        found.append(Case(name[2:], body, says, "start: empty" in lines))
    return found


def rewritten(path: Path) -> str:
    """The text of a file with what is known now."""
    blocks = []
    for block, case in zip(path.read_text().strip("\n").split("\n\n"), cases(path), strict=True):
        kept = [line for line in block.split("\n") if not line.startswith("=> ")]
        blocks.append("\n".join([*kept, *(f"=> {line}" for line in case.replayed())]))
    return "\n\n".join(blocks) + "\n"


# -- in words -----------------------------------------------------------------------------------------------------


def _shown(schema: Schema) -> Iterator[str]:
    for key, table in schema.tables.there.items():
        yield f"{_name((table.schema, key[1]))}{_of_table(table)} ({', '.join(_in_table(table))})"
    yield from (f"{word} {_name(key)}" for word, key in _others(schema.tables))
    for enum in schema.enums.there.values():
        yield f"enum {_name((enum.schema, enum.name))} {'?' if enum.labels is fx.UNKNOWN else ' '.join(enum.labels)}"
    yield from (f"{word} enum {_name(key)}" for word, key in _others(schema.enums))
    yield from [] if schema.enums.whole else ["more enums"]
    for one in schema.objects.there.values():
        yield f"{one.kind.value} {_name((one.schema, one.name))}{f' of {one.table}' if one.table else ''}"
    yield from (f"{word} {key[0].value} {key[2]}" for word, key in _others(schema.objects))
    yield from [] if schema.objects.whole else ["more objects"]
    yield "no other table" if schema.tables.whole else "more tables"


def _name(key: tuple[str, fx.Text]) -> str:
    return ".".join(part if isinstance(part, str) else fx.shown(part) for part in key if part)


def _of_table(table: Table) -> str:
    made = "" if table.made_by is None else f" by {table.made_by}"
    return f"{made}{'' if table.filled else ' without rows'}"


def _in_table(table: Table) -> Iterator[str]:
    yield from (_column(key, one) for key, one in table.columns.there.items())
    yield from _rest(table.columns, "columns")
    yield from (_constraint(key, one) for key, one in table.constraints.there.items())
    yield from _rest(table.constraints, "constraints")
    yield from (_index(key, one) for key, one in table.indexes.there.items())
    yield from _rest(table.indexes, "indexes")


def _rest(shelf: Shelf[str, object], words: str) -> Iterator[str]:
    yield from (f"{word} {key}" for word, key in _others(shelf))
    if not shelf.whole:
        yield f"more {words}"


def _others(shelf: Shelf) -> Iterator[tuple[str, object]]:  # type: ignore[type-arg]  # of whatever
    """Names that may be there, or surely are not."""
    yield from ((("maybe" if shelf.whole else "no"), key) for key in sorted(shelf.exceptions, key=str))


def _column(key: str, one: Column) -> str:
    words = [key, "?" if one.type is fx.UNKNOWN else str(one.type)]
    words += [] if one.nullable is True else ["null?" if one.nullable is fx.UNKNOWN else "not null"]
    words += [f"default {_said(one.default)}"] if one.default is not None else []
    words += ["filled"] if one.has_default is True and one.default is None else []
    words += ["filled?"] if one.has_default is fx.UNKNOWN else []
    words += [
        f"{field} {_said(getattr(one, field))}" for field in ("computed", "identity", "comment") if getattr(one, field)
    ]
    return " ".join(words)


def _constraint(key: str, one: Constraint) -> str:
    words = [f"{key}: {one.kind.value}", _parts(one.columns)]
    if one.referent is not None:
        where = "?" if isinstance(one.referent, fx.Unknown) else _name(one.referent)
        words.append(f"to {where} {_parts(one.referred)}")
    words += [f"on delete {_said(one.on_delete)}"] if one.on_delete else []
    words += [f"on update {_said(one.on_update)}"] if one.on_update else []
    words += [f"if {_said(one.condition)}"] if one.condition is not None else []
    words += [] if one.validated is True else ["valid?" if one.validated is fx.UNKNOWN else "not valid"]
    return " ".join(words)


def _index(key: str, one: Index) -> str:
    unique = {True: "unique ", False: ""}.get(one.unique, "unique? ")  # type: ignore[arg-type, call-overload]
    words = [f"{key}: {unique}index", _parts(one.parts)]
    words += [f"where {_said(one.predicate)}"] if one.predicate is not None else []
    words += [f"by {one.method}"] if isinstance(one.method, str) else []
    return " ".join(words)


def _parts(parts: object) -> str:
    return f"({' '.join(map(_said, parts))})" if isinstance(parts, tuple) else "(?)"


def _said(value: object) -> str:
    return "?" if value is fx.UNKNOWN else str(value) if isinstance(value, str) else fx.shown(value)  # type: ignore[arg-type]
