"""MigrationInfo: what an ``on_version_apply`` callback is told about a step."""

from __future__ import annotations

from headway.revision.route import Step
from headway.script.directory import ScriptDirectory
from headway.script.script import Script


class MigrationInfo:
    """One step in Alembic's words: where it comes from and where it leads."""

    def __init__(self, script: ScriptDirectory, step: Step) -> None:
        self._script = script
        self.is_upgrade = step.is_upgrade
        self.is_stamp = step.is_stamp
        self.up_revision_ids = step.to_revisions if step.is_upgrade else step.from_revisions
        self.down_revision_ids = step.from_revisions if step.is_upgrade else step.to_revisions

    @property
    def is_migration(self) -> bool:
        """The opposite of ``is_stamp``."""
        return not self.is_stamp

    @property
    def up_revision_id(self) -> str | None:
        """The first of ``up_revision_ids``."""
        return self.up_revision_ids[0] if self.up_revision_ids else None

    @property
    def source_revision_ids(self) -> tuple[str, ...]:
        """What the database was on."""
        return self.down_revision_ids if self.is_upgrade else self.up_revision_ids

    @property
    def destination_revision_ids(self) -> tuple[str, ...]:
        """What it is on now."""
        return self.up_revision_ids if self.is_upgrade else self.down_revision_ids

    @property
    def up_revision(self) -> Script | None:
        """The script of ``up_revision_id``."""
        return self._script.get_revision(self.up_revision_id) if self.up_revision_id else None

    @property
    def up_revisions(self) -> tuple[Script, ...]:
        """The scripts of ``up_revision_ids``."""
        return self._script.get_revisions(self.up_revision_ids)

    @property
    def down_revisions(self) -> tuple[Script, ...]:
        """The scripts of ``down_revision_ids``."""
        return self._script.get_revisions(self.down_revision_ids)

    @property
    def source_revisions(self) -> tuple[Script, ...]:
        """The scripts of ``source_revision_ids``."""
        return self._script.get_revisions(self.source_revision_ids)

    @property
    def destination_revisions(self) -> tuple[Script, ...]:
        """The scripts of ``destination_revision_ids``."""
        return self._script.get_revisions(self.destination_revision_ids)
