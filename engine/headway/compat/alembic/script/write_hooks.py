"""``alembic.script.write_hooks``."""

from headway.compat.alembic import util
from headway.compat.alembic.util import compat
from headway.script.hooks import FILE_TOKEN as REVISION_SCRIPT_TOKEN
from headway.script.hooks import console_scripts, exec_, module, register

__all__ = ["REVISION_SCRIPT_TOKEN", "compat", "console_scripts", "exec_", "module", "register", "util"]
