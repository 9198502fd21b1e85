"""DML003."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule


class OrmSession(FileRule):
    """Changes rows through an ORM session.

    ## What
    ``upgrade()`` or ``downgrade()`` changes rows by a session's objects: ``add``, ``delete``, a query's ``update``, an
    attribute that is set. A session that only executes statements or reads is none. Said once a file.

    ## Why
    The session writes what the mapping says today, loads all columns whether the table has them yet or not, and sends one
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
            yield self.finding(
                "changes rows through an ORM session: by what the mapping says today, and objects one statement a row",
                "one statement of Core: sa.table(…).update().where(…).values(…)",
                through[0].span,
                file.revision,
            )
