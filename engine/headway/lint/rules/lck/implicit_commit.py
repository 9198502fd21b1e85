"""LCK501."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.lint.facts import COMMIT_AT_DDL, Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.rules.txn.non_transactional_multi import NonTransactionalMulti


class ImplicitCommit(FileRule):
    """A change of the schema commits rows that were put in before it.

    ## What
    INSERT or LOAD into an existing table, and behind it a change of the schema in the same revision, on Oracle, MySQL or
    MariaDB. An UPDATE or DELETE is committed as well, but made again it mostly finds nothing more to change. Nor where a
    table or column is made before the rows that cannot be made twice: the next attempt fails there and does not come to
    them. Said once a revision, and not where TXN001 speaks of it. Oracle from the manual; not proved on a server.

    ## Why
    DDL commits what stands before it. When something fails behind it, the rows stay and the version does not move: the next
    attempt puts them in again, or fails at their key. See https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html

    ## Bad
    ```python
    op.execute("INSERT INTO rates (name) VALUES ('new')")
    op.add_column("orders", sa.Column("rate", sa.Text()))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("rate", sa.Text()))
    op.execute("INSERT INTO rates (name) VALUES ('new')")
    ```

    ## When to ignore
    The rows can be put in twice, such as by INSERT … WHERE NOT EXISTS.
    """

    code = "LCK501"
    name = "implicit-commit"
    severity = Severity.WARNING
    dialects = COMMIT_AT_DDL

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        here = facts.dialects & (self.dialects or frozenset())
        room = frozenset(_taken_away(file.upgrade_effects))
        changed: fx.ChangesData | None = None
        for effect in file.upgrade_effects:
            if not fx.can_run_on(effect, here):
                continue
            if changed is None and _stops_the_next(effect, here, room):
                return
            if (
                isinstance(effect, fx.ChangesData)
                and effect.verb in ("INSERT", "LOAD")
                and not facts.is_new_table(effect, file)
            ):
                changed = changed or effect
            elif changed is not None and isinstance(effect, fx.TableEffect | fx.DropsIndex):
                if facts.goes_on(changed, file) and facts.goes_on(effect, file):
                    return  # what fails is taken, so that there is no next attempt
                if isinstance(effect, fx.LocksTable) or any(NonTransactionalMulti().check_file(file, facts)):
                    return
                yield self.finding(
                    f"commits the rows that line {changed.span.line} puts in: when something fails behind it, the next "
                    "attempt puts them in again",
                    "the schema first and the rows last, or a revision of its own for each",
                    effect.span,
                    file.revision,
                )
                return


def _stops_the_next(effect: fx.Effect, here: frozenset[str], room: frozenset[_Name]) -> bool:
    """Whether ``effect`` makes what is there the next time, so that the next attempt surely fails at it.

    ``room`` are the tables and columns that the revision takes away, so that they can be made again.
    """
    if (
        not isinstance(effect, fx.CreatesTable | fx.AddsColumn)
        or effect.conditional
        or effect.if_not_exists is not False
    ):
        return False
    if effect.databases is not None and not here <= effect.databases:
        return False
    if isinstance(effect, fx.CreatesTable) and effect.temporary:
        return False
    names: set[_Name] = {(effect.table, None), (fx.UNKNOWN, None)}
    if isinstance(effect, fx.AddsColumn):
        names |= {(effect.table, effect.column.name), (effect.table, fx.UNKNOWN), (fx.UNKNOWN, fx.UNKNOWN)}
    return not names & room


_Name = tuple[fx.Text, fx.MaybeText]
"""A table, and its column or none."""


def _taken_away(effects: Sequence[fx.Effect]) -> Iterator[_Name]:
    """What is dropped or renamed, and so makes room for another one of its name."""
    for effect in effects:
        if isinstance(effect, fx.DropsTable | fx.RenamesTable):
            yield effect.table, None
        elif isinstance(effect, fx.DropsColumn) or (
            isinstance(effect, fx.AltersColumn) and effect.new_name is not None
        ):
            yield effect.table, effect.column
