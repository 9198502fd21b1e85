"""``alembic.script.base``."""

from headway.compat.alembic import util
from headway.compat.alembic.runtime import migration
from headway.compat.alembic.script import revision, write_hooks
from headway.compat.alembic.util import compat, not_none
from headway.runtime.script_directory import Script, ScriptDirectory

__all__ = ["Script", "ScriptDirectory", "compat", "migration", "not_none", "revision", "util", "write_hooks"]
