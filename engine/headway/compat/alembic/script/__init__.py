"""``alembic.script``."""

from headway.compat.alembic.script import base as base
from headway.compat.alembic.script import revision as revision
from headway.compat.alembic.script import write_hooks as write_hooks
from headway.compat.alembic.script.base import Script, ScriptDirectory

__all__ = ["Script", "ScriptDirectory", "base", "revision", "write_hooks"]
