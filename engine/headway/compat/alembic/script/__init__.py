"""``alembic.script``."""

from headway.script.directory import ScriptDirectory
from headway.script.script import Script

__all__ = ["Script", "ScriptDirectory"]
