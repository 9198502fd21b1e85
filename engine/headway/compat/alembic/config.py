"""``alembic.config``."""

from __future__ import annotations

from typing import Any, Protocol, TypedDict

from headway.commands.commandline import CommandLine, main
from headway.compat.alembic import command, util
from headway.compat.alembic.util import compat
from headway.config.model import Config


class MessagingOptions(TypedDict, total=False):
    """What ``Config.messaging_opts`` holds."""

    quiet: bool


class CommandFunction(Protocol):
    """A function of ``alembic.command``, or one that ``CommandLine.register_command`` takes."""

    __name__: str

    def __call__(self, config: Config, *args: Any, **kwargs: Any) -> Any: ...


__all__ = ["CommandFunction", "CommandLine", "Config", "MessagingOptions", "command", "compat", "main", "util"]
