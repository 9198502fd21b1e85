"""``alembic.script.revision``."""

from headway.errors import MultipleHeads, RangeNotAncestorError, ResolutionError, RevisionError
from headway.revision.graph import RevisionGraph as RevisionMap
from headway.revision.model import Revision

__all__ = ["MultipleHeads", "RangeNotAncestorError", "ResolutionError", "Revision", "RevisionError", "RevisionMap"]
