"""MOD005."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.effects.values import Span
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.syntax.branching import Branch, Branching


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
        changes = [one for one in file.upgrade_effects if _changes_schema(one) and not _is_made_anew(one, file)]
        if changes and all(facts.known.earlier.is_repeated(one, file.revision) for one in changes):
            return
        branch = _own(changes, file, facts)
        if branch is not None:
            path = file.migration.path
            yield self._said("what is done", Span(path, branch.line, branch.column, branch.line), file)
            return
        helper = _Helpers(file, facts)
        for change in changes:
            place = change.written_at
            branch = helper.branch_of(change.span, place) if place is not None else None
            if place is not None and branch is not None:
                what = f"what {file.call_at(change.span)} does ({place.path}:{branch.line})"
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
    path, written = file.migration.path, file.written
    lines = [one.span.line for one in changes if one.span.path == path]
    branches = _asked(written.branching, facts) if lines else []
    held = written.branching.leading_to(lines, through_functions=False) if branches else []
    reached = written.branching.leading_to(lines, through_functions=True) if branches else []
    for branch in branches:
        is_forward = not written.is_way_back(Span(path, branch.line, branch.column, branch.line))
        if branch.holds_one_of(held) or (is_forward and branch.holds_one_of(reached)):
            return branch
    return None


def _asked(branching: Branching, facts: Facts) -> list[Branch]:
    """Those that ask on one of the history's databases, as far as anything tells."""
    return [
        one
        for one in branching.branches
        if one.databases is None or not facts.dialects or one.databases & facts.dialects
    ]


class _Helpers:
    """The functions of other modules that a file calls."""

    def __init__(self, file: RevisionFile, facts: Facts) -> None:
        self._file, self._facts = file, facts
        self._found: dict[tuple[str, str, int], Branch | None] = {}

    def branch_of(self, call: Span, place: Span) -> Branch | None:
        """The branch that decides what stands at ``place`` of another module, where the file makes the ``call``."""
        key = self._file.call_at(call), place.path, place.line
        if key not in self._found:
            self._found[key] = self._branch_of(key[0].removesuffix("()").rpartition(".")[2], place)
        return self._found[key]

    def _branch_of(self, name: str, place: Span) -> Branch | None:
        helper = self._file.written_in(place.path)
        branches = [] if helper is None else _asked(helper.branching, self._facts)
        if helper is None or not branches:
            return None
        held = helper.branching.leading_to([place.line], through_functions=False)
        reached = helper.branching.leading_to([place.line], through_functions=True)
        for branch in branches:
            if branch.holds_one_of(held) or (branch.function == name and branch.holds_one_of(reached)):
                return branch
        return None


def _is_made_anew(effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether it drops a table that the revision makes afterwards, whatever was there before."""
    return isinstance(effect, fx.DropsTable) and any(
        isinstance(other, fx.CreatesTable)
        and other.order > effect.order
        and not other.conditional
        and (other.table, other.schema) == (effect.table, effect.schema)
        for other in file.upgrade_effects
    )


def _changes_schema(effect: fx.Effect) -> bool:
    return not isinstance(
        effect, fx.Reads | fx.SetsSetting | fx.NotAnalysed | fx.EndsTransaction | fx.ChangesData | fx.LocksTable
    )
