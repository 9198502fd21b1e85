"""LCK306."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.model import Span
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import Rule
from headway.pattern import pattern


class LegacyTransaction(Rule):
    """On SQLite each change of the schema commits by itself.

    ## What
    A revision with several changes of the schema in a history that runs on SQLite alone, and an env.py in which nothing
    begins a transaction (``BEGIN``, ``isolation_level``, ``autocommit``). Said once a run, and not of a first revision: a
    database that has nothing yet can be made anew. What another module does to the engine is not seen.

    ## Why
    Python's driver begins a transaction before INSERT, UPDATE and DELETE only. When the second change fails, the first
    stays and the version row does not move: the next attempt fails with "already exists".
    See https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
    Proved on SQLite.

    ## Bad
    ```python
    # env.py
    connectable = create_engine(config.get_main_option("sqlalchemy.url"))
    ```

    ## Good
    ```python
    # env.py
    connectable = create_engine(config.get_main_option("sqlalchemy.url"))

    @event.listens_for(connectable, "connect")
    def no_transactions_of_the_driver(connection, record):
        connection.isolation_level = None

    @event.listens_for(connectable, "begin")
    def begin(connection):
        connection.exec_driver_sql("BEGIN")
    ```

    ## When to ignore
    The module that makes the engine does it.
    """

    code = "LCK306"
    name = "legacy-transaction"
    severity = Severity.INFO
    dialects = frozenset({"sqlite"})

    def check(self, facts: Facts) -> Iterator[Finding]:
        environment = facts.environment
        if environment is None or facts.dialects != self.dialects or _BEGINS.search(environment.source):
            return
        for file in facts.examined:
            if not (header := facts.declared_by(file)) or not header.down_revisions:
                continue
            changes = _alone(file)
            if changes > 1:
                yield self.finding(
                    f"nothing here begins a transaction for SQLite: when a change of {file.path} fails, those before it "
                    f"stay ({changes} in that file), and the next attempt fails at the first",
                    'begin one: connection.isolation_level = None on "connect", BEGIN on "begin" (headway rule LCK306)',
                    Span(environment.path, 1),
                )
                return


_BEGINS = pattern(r"""["']\s*(?i:begin)\b|isolation_level|autocommit""")


def _alone(file: RevisionFile) -> int:
    """How many changes of the schema commit by themselves: those before the first change of rows, which begins a transaction.
    A batch is one."""
    found: list[object] = []
    for effect in file.upgrade_effects:
        if isinstance(effect, fx.ChangesData):
            break
        if not _changes_schema(effect):
            continue
        is_batch = not effect.raw and effect.written_at is None and not _is_of_op(effect, file)
        place = ("batch", getattr(effect, "table", None)) if is_batch else effect.order
        if not found or found[-1] != place:
            found.append(place)
    return len(found)


def _is_of_op(effect: fx.Effect, file: RevisionFile) -> bool:
    return (effect.span.line, effect.span.column) in file.written.directives


def _changes_schema(effect: fx.Effect) -> bool:
    rows = fx.ChangesData | fx.LocksTable
    return isinstance(effect, fx.TableEffect | fx.DropsIndex | fx.CreatesObject | fx.DropsObject) and not isinstance(
        effect, rows
    )
