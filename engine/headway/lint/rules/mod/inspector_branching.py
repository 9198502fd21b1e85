"""MOD005."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.effects.values import Span
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.written import Branch
from headway.pattern import pattern

_NAME = pattern(r"([\w.]+)\s*\(")


class InspectorBranching(FileRule):
    """What the database has decides what the migration does to its schema.

    ## What
    An ``if`` in ``upgrade()`` that asks ``sa.inspect(bind)`` or the database's own catalog, also by a function of the
    project, and changes the schema, or leaves the function or the loop before a change of it. So does the call of a
    function of the project that asks and changes by itself. Said once a file.

    ## Why
    Two databases at one revision may have two schemas, and a table that is there under the right name and with the
    wrong columns passes for done. No script (``--sql``) can be written of it, and no plan says what it will do.

    ## Bad
    ```python
    inspector = sa.inspect(op.get_bind())
    if "note" not in [column["name"] for column in inspector.get_columns("orders")]:
        op.add_column("orders", sa.Column("note", sa.Text()))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()), if_not_exists=True)
    ```

    ## When to ignore
    The revision repairs databases that are known to differ.
    """

    code = "MOD005"
    name = "inspector-branching"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        changes = [one for one in file.upgrade_effects if _changes_schema(one)]
        branch = _own(changes, file, facts)
        if branch is not None:
            yield self._said("what is done", branch.span, file)
            return
        for change in changes:
            branch = _of_helper(change, file, facts)
            if branch is not None:
                what = f"what {_called(change, file)} does ({branch.span.path}:{branch.span.line})"
                yield self._said(what, change.span, file)
                return

    def _said(self, what: str, span: Span, file: RevisionFile) -> Finding:
        return self.finding(
            f"what the database has decides {what}: databases at this revision may differ, "
            "and neither a plan nor --sql can tell",
            "say it without asking: if_exists=True, if_not_exists=True",
            span,
            file.revision,
        )


def _own(changes: Sequence[fx.Effect], file: RevisionFile, facts: Facts) -> Branch | None:
    """The first branch of the file that decides one of the changes."""
    if not any(one.conditional for one in changes) and "return" not in file.migration.source:
        return None
    for branch in _asked(file.written.branches, facts):
        if any(branch.holds(change.span) for change in changes):
            return branch
        if not file.written.is_way_back(branch.span) and any(branch.reaches(change.span) for change in changes):
            return branch
    return None


def _asked(branches: Sequence[Branch], facts: Facts) -> list[Branch]:
    """Those that ask on one of the history's databases, as far as anything tells."""
    return [one for one in branches if one.databases is None or not facts.dialects or one.databases & facts.dialects]


def _of_helper(change: fx.Effect, file: RevisionFile, facts: Facts) -> Branch | None:
    """The branch that decides a change, where both stand in another module."""
    place = change.written_at
    helper = None if place is None else file.written_in(place.path)
    if place is None or helper is None:
        return None
    name = _called(change, file).removesuffix("()").rpartition(".")[2]
    for branch in _asked(helper.branches, facts):
        if branch.holds(place) or (branch.function == name and branch.reaches(place)):
            return branch
    return None


def _called(change: fx.Effect, file: RevisionFile) -> str:
    """The function that the file calls where the change is made by another module, as it writes it."""
    span = change.span
    text = file.migration.lines[span.line - 1] if 0 < span.line <= len(file.migration.lines) else ""
    found = _NAME.match(text.encode()[span.column - 1 :].decode(errors="replace"))
    return f"{found[1]}()" if found else "the other module"


def _changes_schema(effect: fx.Effect) -> bool:
    return not isinstance(
        effect, fx.Reads | fx.SetsSetting | fx.NotAnalysed | fx.EndsTransaction | fx.ChangesData | fx.LocksTable
    )
