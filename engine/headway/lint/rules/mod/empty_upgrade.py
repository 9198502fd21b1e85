"""MOD008."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.syntax.comments import comments_above, comments_within, gives_reason
from headway.pattern import pattern
from headway.reading.migration import Body

_VERSION = pattern(r"v?\d+(?:\.\d+)+\w*")


class EmptyUpgrade(FileRule):
    """A revision that does nothing.

    ## What
    ``upgrade()`` is empty, or does nothing whichever way it goes, and the revision joins no branches, begins no history and carries no label or dependency.
    A comment in it, other than the template's, counts as the reason; a revision whose id is a version, ``1.4.2``, marks a release.

    ## Why
    Nearly always autogenerate saw no model, or the work is still to come: the change that the message promises is not
    there, and the database counts it as applied.

    ## Bad
    ```python
    def upgrade():
        pass


    def downgrade():
        pass
    ```

    ## Good
    ```python
    def upgrade():
        op.add_column("orders", sa.Column("note", sa.Text()))


    def downgrade():
        op.drop_column("orders", "note")
    ```

    ## When to ignore
    Instead of ignoring, write a comment into ``upgrade()`` that says why it is empty.
    """

    code = "MOD008"
    name = "empty-upgrade"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        upgrade, revision = file.migration.upgrade, facts.declared_by(file)
        if upgrade is None or revision is None or len(revision.down_revisions) != 1:
            return
        if not upgrade.empty and not _does_nothing(upgrade, file):
            return
        if _VERSION.fullmatch(revision.revision):
            return
        if revision.branch_labels or revision.depends_on or revision.unknown:
            return
        if comments_within(upgrade.span, file.migration.lines) or gives_reason(
            comments_above(upgrade.span, file.migration.lines)
        ):
            return
        docstring = file.written.docstring
        if docstring is not None and _NO_OP.search(docstring.text):
            return
        yield self.finding(
            "does nothing: the database will count a change as applied that is not there",
            "write what it is for, delete the revision, or say in a comment why it is empty",
            upgrade.span,
            file.revision,
        )


_NO_OP = pattern(
    r"(?im)^\W*no-?op\b(?! on)|\bthis (?:migration |revision )?(?:is (?:a |an )?(?:no-?op|empty)|does nothing)|"
    r"\bintentionally (?:left )?(?:empty|blank)\b"
)
"""What the docstring of such a file says."""


def _does_nothing(upgrade: Body, file: RevisionFile) -> bool:
    """Whether it does nothing on any database, although something is written there, and all of it was read."""
    return all(isinstance(one, fx.Reads) for one in upgrade.effects) and "upgrade" in file.written.idle
