"""MigrationInfo: what an ``on_version_apply`` callback is told about a step."""

from __future__ import annotations

from typing import Any

from headway.revision.map import RevisionMap
from headway.revision.model import as_tuple
from headway.revision.route import Step


class MigrationInfo:
    """One step in Alembic's words: where it comes from and where it leads.

    ``revision_map`` answers what the ids stand for; ``up_revisions`` are the newer ids, ``down_revisions`` the older.
    """

    def __init__(
        self,
        revision_map: RevisionMap[Any],
        is_upgrade: bool,
        is_stamp: bool,
        up_revisions: str | tuple[str, ...],
        down_revisions: str | tuple[str, ...],
    ) -> None:
        self.revision_map = revision_map
        self.is_upgrade = is_upgrade
        self.is_stamp = is_stamp
        self.up_revision_ids = as_tuple(up_revisions)
        self.down_revision_ids = as_tuple(down_revisions)

    @classmethod
    def of(cls, revision_map: RevisionMap[Any], step: Step) -> MigrationInfo:
        """What there is to say of a step."""
        newer, older = step.to_revisions, step.from_revisions
        if not step.is_upgrade:
            newer, older = older, newer
        return cls(revision_map, step.is_upgrade, step.is_stamp, newer, older)

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
    def up_revision(self) -> Any:
        """The script of ``up_revision_id``."""
        return self.revision_map.get_revision(self.up_revision_id) if self.up_revision_id else None

    @property
    def up_revisions(self) -> tuple[Any, ...]:
        """The scripts of ``up_revision_ids``."""
        return self.revision_map.get_revisions(self.up_revision_ids)

    @property
    def down_revisions(self) -> tuple[Any, ...]:
        """The scripts of ``down_revision_ids``."""
        return self.revision_map.get_revisions(self.down_revision_ids)

    @property
    def source_revisions(self) -> tuple[Any, ...]:
        """The scripts of ``source_revision_ids``."""
        return self.revision_map.get_revisions(self.source_revision_ids)

    @property
    def destination_revisions(self) -> tuple[Any, ...]:
        """The scripts of ``destination_revision_ids``."""
        return self.revision_map.get_revisions(self.destination_revision_ids)
