"""``alembic.command``."""

from headway.commands.branches import branches
from headway.commands.check import check
from headway.commands.current import current
from headway.commands.downgrade import downgrade
from headway.commands.edit import edit
from headway.commands.ensure_version import ensure_version
from headway.commands.heads import heads
from headway.commands.history import history
from headway.commands.init import init
from headway.commands.list_templates import list_templates
from headway.commands.merge import merge
from headway.commands.revision import revision
from headway.commands.show import show
from headway.commands.stamp import stamp
from headway.commands.upgrade import upgrade
from headway.compat.alembic import autogenerate as autogen
from headway.compat.alembic import util
from headway.compat.alembic.util import compat
from headway.runtime.environment import EnvironmentContext
from headway.runtime.script_directory import ScriptDirectory

__all__ = [
    "EnvironmentContext",
    "ScriptDirectory",
    "autogen",
    "branches",
    "check",
    "compat",
    "current",
    "downgrade",
    "edit",
    "ensure_version",
    "heads",
    "history",
    "init",
    "list_templates",
    "merge",
    "revision",
    "show",
    "stamp",
    "upgrade",
    "util",
]
