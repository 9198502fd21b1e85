"""Which lock an effect takes on its table, for each database. Pure: tells it from the effect alone, and where the effect
does not tell it, says the worse one."""

from __future__ import annotations

from headway.effects import model as fx
from headway.effects.lock import Held, Lock
from headway.effects.locks_mysql import lock_on_mysql
from headway.effects.locks_postgresql import lock_on_postgresql

_ASSUMED = {"postgresql": (18,), "mysql": (8, 4), "mariadb": (10, 11)}
"""What counts when no version is given: what is supported now, the older where a newer one waits less."""


def lock_of(effect: fx.Effect, database: str, version: tuple[int, ...] | None = None) -> Lock | None:
    """The strongest lock that an effect takes on its table.

    Takes the name of the database and the version of its server. Returns None where no table that is there is locked,
    and where the database is none of those that are known.
    """
    given = version if version is not None else _ASSUMED.get(database, ())
    match database:
        case "postgresql":
            return lock_on_postgresql(effect, given)
        case "mysql" | "mariadb":
            return lock_on_mysql(effect, database, given)
        case "sqlite":
            return _on_sqlite(effect)
        case "mssql":
            return _on_sql_server(effect)
        case "oracle":
            return _on_oracle(effect)
        case _:
            return None


# -- the others, which know few levels --------------------------------------------------------------------------------


def _held(effect: fx.Effect) -> Held:
    """How long a database needs that has no quick ways."""
    if isinstance(effect, fx.AltersColumn) and effect.new_type is not None:
        return Held.REWRITE
    if isinstance(effect, fx.Reindexes):
        return Held.REWRITE
    if isinstance(effect, fx.AltersColumn) and effect.nullable is False:
        return Held.SCAN
    if isinstance(effect, fx.AddsConstraint):
        return Held.INSTANT if effect.not_valid is True else Held.SCAN
    if isinstance(effect, fx.CreatesIndex | fx.ChangesData | fx.ValidatesConstraint | fx.Reads):
        truncates = isinstance(effect, fx.ChangesData) and effect.verb == "TRUNCATE"
        return Held.INSTANT if truncates else Held.SCAN
    return Held.INSTANT


def _changes_a_table(effect: fx.Effect) -> bool:
    return isinstance(effect, fx.TableEffect | fx.DropsIndex | fx.RenamesIndex | fx.Reindexes)


def _on_sqlite(effect: fx.Effect) -> Lock | None:
    """One lock for the whole file: a writer keeps out the other writers, and at its commit the readers."""
    manual = "https://www.sqlite.org/lockingv3.html"
    if isinstance(effect, fx.Reads):
        return Lock("SHARED", False, False, _held(effect), manual)
    objects = isinstance(effect, fx.CreatesObject | fx.DropsObject | fx.ChangesData)
    if not _changes_a_table(effect) and not objects:
        return None
    held = Held.REWRITE if isinstance(effect, fx.DropsColumn) else _held(effect)
    return Lock("EXCLUSIVE", True, True, held, manual)


def _on_sql_server(effect: fx.Effect) -> Lock | None:
    manual = (
        "https://learn.microsoft.com/en-us/sql/relational-databases/"
        "sql-server-transaction-locking-and-row-versioning-guide"
    )
    if isinstance(effect, fx.ChangesData) and effect.verb != "TRUNCATE":
        return Lock("IX", False, False, _held(effect), manual)
    if isinstance(effect, fx.Reads):
        return Lock("IS", False, False, _held(effect), manual) if effect.tables else None
    if isinstance(effect, fx.CreatesIndex):
        return Lock("S", False, effect.concurrently is not True, _held(effect), manual)
    if isinstance(effect, fx.CreatesTable) or not (_changes_a_table(effect) or isinstance(effect, fx.ChangesData)):
        return None
    return Lock("Sch-M", True, True, _held(effect), manual)


def _on_oracle(effect: fx.Effect) -> Lock | None:
    """Queries are never kept waiting."""
    manual = (
        "https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/Automatic-Locks-in-DDL-Operations.html"
    )
    if isinstance(effect, fx.ChangesData) and effect.verb != "TRUNCATE":
        return Lock("ROW EXCLUSIVE", False, False, _held(effect), manual)
    if isinstance(effect, fx.CreatesIndex):
        online = effect.concurrently is True
        return Lock("ROW SHARE" if online else "SHARE", False, not online, _held(effect), manual)
    if isinstance(effect, fx.CreatesTable) or not (_changes_a_table(effect) or isinstance(effect, fx.ChangesData)):
        return None
    return Lock("EXCLUSIVE DDL", False, True, _held(effect), manual)
