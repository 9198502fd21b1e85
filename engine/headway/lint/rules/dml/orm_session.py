"""DML003."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.syntax.mapped import tables_mapped_in


class OrmSession(FileRule):
    """Changes rows through an ORM session.

    ## What
    ``upgrade()`` or ``downgrade()`` changes rows by a session's objects: ``add``, ``delete``, a query's ``update``, an
    attribute that is set. A session that only executes statements or reads is none. Said once a file.

    ## Why
    The session writes what the mapping says today (that of a class in the file itself stays as it is), loads all columns
    whether the table has them yet or not, and sends one
    UPDATE for each row. Its ``commit()`` ends nothing and its ``rollback()`` ends the whole migration.
    See https://docs.sqlalchemy.org/en/20/orm/session_transaction.html#joining-a-session-into-an-external-transaction-such-as-for-test-suites

    ## Bad
    ```python
    from sqlalchemy.orm import Session

    session = Session(bind=op.get_bind())
    for order in session.query(Order).filter(Order.note.is_(None)):
        order.note = ""
    session.commit()
    ```

    ## Good
    ```python
    orders = sa.table("orders", sa.column("note"))
    op.execute(orders.update().where(orders.c.note.is_(None)).values(note=""))
    ```

    ## When to ignore
    The classes are declared in the revision itself, and the table is small.
    """

    code = "DML003"
    name = "orm-session"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if "ession" not in file.migration.source or not file.written.sessions:
            return
        effects = (*file.upgrade_effects, *file.downgrade_effects)
        through = [one for one in effects if isinstance(one, fx.ChangesData) and one.through_session]
        if through:
            what = ["by what the mapping says today"] * (not _are_mapped_here(through, file))
            what += ["objects one statement a row"] * any(not one.by_query for one in through)
            if not what:
                return  # one statement, of classes that stay as they are
            yield self.finding(
                f"changes rows through an ORM session: {', and '.join(what)}",
                "one statement of Core: sa.table(…).update().where(…).values(…)",
                through[0].span,
                file.revision,
            )


def _are_mapped_here(changes: Sequence[fx.ChangesData], file: RevisionFile) -> bool:
    """Whether all of it goes through classes that the file itself maps: what their mapping says stays as it is."""
    if any(one.written_at is not None or not isinstance(one.table, str) for one in changes):
        return False
    return {one.table for one in changes} <= tables_mapped_in(file.migration.source)
