"""DWN003."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule


class EnumTypeLeft(FileRule):
    """The downgrade leaves an enum type behind.

    ## What
    ``upgrade()`` makes a PostgreSQL enum type, by itself or with its table, and ``downgrade()`` drops no type of that name.
    Not said where the downgrade is missing (DWN001) or could not all be read.

    ## Why
    Dropping the table leaves the type: after a downgrade the next upgrade fails with "type already exists".
    See https://github.com/sqlalchemy/alembic/issues/886

    ## Bad
    ```python
    def upgrade():
        op.create_table("jobs", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("s", sa.Enum("a", name="state")))


    def downgrade():
        op.drop_table("jobs")
    ```

    ## Good
    ```python
    def upgrade():
        op.create_table("jobs", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("s", sa.Enum("a", name="state")))


    def downgrade():
        op.drop_table("jobs")
        sa.Enum(name="state").drop(op.get_bind(), checkfirst=True)
    ```

    ## When to ignore
    Other revisions use the type. One that is made with ``checkfirst=True`` is not reported: it may belong to others.
    """

    code = "DWN003"
    name = "enum-type-left"
    severity = Severity.ERROR
    dialects = frozenset({"postgresql"})

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if not file.has_way_back or isinstance(file.migration.constants.get("irreversible"), str):
            return
        effects = file.downgrade_effects
        if any(_is_unread(effect) for effect in effects):
            return
        gone = {_key(effect) for effect in effects if isinstance(effect, fx.DropsEnum | fx.RenamesEnum)}
        gone |= {_key(effect) for effect in file.upgrade_effects if isinstance(effect, fx.DropsEnum | fx.RenamesEnum)}
        seen: set[str] = set()
        for effect in file.upgrade_effects:
            if not isinstance(effect, fx.CreatesEnum) or not isinstance(effect.name, str) or _may_not_be_made(effect):
                continue
            # One that is made only where it is missing may belong to others.
            if effect.if_not_exists is not False or not fx.can_run_on(effect, frozenset({"postgresql"})):
                continue
            if _key(effect) not in gone | seen:
                seen.add(_key(effect))
                yield self.finding(
                    f"makes the type {effect.name}, and downgrade() leaves it: the next upgrade fails with "
                    '"type already exists" (PostgreSQL)',
                    f'in downgrade(), behind the tables: sa.Enum(name="{effect.name}").drop(op.get_bind(), checkfirst=True)',
                    effect.span,
                    file.revision,
                )


def _may_not_be_made(effect: fx.CreatesEnum) -> bool:
    """Whether a condition of the revision decides; a helper of the project that asks for its table makes it the first time."""
    return effect.conditional and effect.written_at is None


def _is_unread(effect: fx.Effect) -> bool:
    unread = isinstance(effect, fx.NotAnalysed) or (isinstance(effect, fx.RunsSql) and not effect.understood)
    return unread or (isinstance(effect, fx.DropsEnum) and not isinstance(effect.name, str)) or _drops_a_schema(effect)


def _drops_a_schema(effect: fx.Effect) -> bool:
    kinds = (fx.ObjectKind.SCHEMA, fx.ObjectKind.TYPE, fx.ObjectKind.DATABASE, fx.ObjectKind.OTHER)
    return isinstance(effect, fx.DropsObject) and effect.kind in kinds


def _key(effect: fx.CreatesEnum | fx.DropsEnum | fx.RenamesEnum) -> str:
    return str(effect.name).lower()
