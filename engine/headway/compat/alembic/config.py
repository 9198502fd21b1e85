"""``alembic.config``."""

from headway.commands.commandline import CommandLine, main
from headway.config.model import Config

__all__ = ["CommandLine", "Config", "main"]
